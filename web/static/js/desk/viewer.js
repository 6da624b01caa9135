// The crop: fitted to the width, zoomed, turned, dragged; evidence drawn over it.

import { make } from "../net.js";

const LARGEST_FIT = 2;

export class Viewer {
  constructor(view, paper, image, evidenceSwitch) {
    Object.assign(this, { view, paper, image, evidenceSwitch });
    this.zoom = 1;
    this.turned = 0;
    this.boxes = [];
    image.addEventListener("load", () => this.layOut());
    evidenceSwitch.addEventListener("change", () => this.layOut());
    new ResizeObserver(() => this.layOut()).observe(view);
    this.letDrag();
  }

  // Boxes of the criterion at hand stand out.
  point(pad) {
    this.pad = pad;
    this.drawEvidence();
  }

  show(url, boxes) {
    this.zoom = 1;
    this.turned = 0;
    this.boxes = boxes;
    if (this.image.getAttribute("src") === url) this.layOut();
    else this.image.src = url;
    this.view.scrollTo(0, 0);
  }

  zoomBy(factor) {
    this.zoom = factor === 0 ? 1 : Math.min(6, Math.max(0.3, this.zoom * factor));
    this.layOut();
  }

  turn() {
    this.turned = (this.turned + 90) % 360;
    this.layOut();
  }

  layOut() {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    if (!width || !this.view.clientWidth) return;
    const lying = this.turned % 180 !== 0;
    const room = this.view.clientWidth - 28;
    const scale = Math.min(LARGEST_FIT, room / (lying ? height : width)) * this.zoom;
    const [w, h] = [width * scale, height * scale];
    this.image.style.width = `${w}px`;
    this.image.style.height = `${h}px`;
    this.image.style.transform = `translate(-50%, -50%) rotate(${this.turned}deg)`;
    this.paper.style.width = `${lying ? h : w}px`;
    this.paper.style.height = `${lying ? w : h}px`;
    this.drawEvidence();
  }

  drawEvidence() {
    this.paper.querySelectorAll(".evidence").forEach((mark) => mark.remove());
    if (this.turned || !this.evidenceSwitch.checked) return;
    for (const box of this.boxes) {
      const mark = make("span", { className: box.pad === this.pad ? "evidence at-hand" : "evidence", title: box.text });
      for (const side of ["left", "top", "width", "height"]) mark.style[side] = `${box[side] * 100}%`;
      this.paper.append(mark);
    }
  }

  letDrag() {
    let start = null;
    this.view.addEventListener("pointerdown", (event) => {
      start = { x: event.clientX + this.view.scrollLeft, y: event.clientY + this.view.scrollTop };
      this.view.setPointerCapture(event.pointerId);
      this.view.classList.add("dragging");
    });
    this.view.addEventListener("pointermove", (event) => {
      if (start) this.view.scrollTo(start.x - event.clientX, start.y - event.clientY);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.view.addEventListener(end, () => {
        start = null;
        this.view.classList.remove("dragging");
      });
    }
  }
}
