// Slides: arrow keys turn the page, the space bar shows the answer, F fills the screen.

const slides = [...document.querySelectorAll(".slide")];
const box = document.getElementById("slides");
const reveal = document.getElementById("reveal");
let shown = 0;

const LARGEST = 1.2;
const LEAST = 0.5;

// Letters as large as the slide holds.
function fit() {
  const slide = slides[shown];
  for (let size = LARGEST; size >= LEAST; size -= 0.04) {
    slide.style.setProperty("--fit", size.toFixed(2));
    if (slide.scrollHeight <= slide.clientHeight + 1) return;
  }
}

function show(n) {
  shown = Math.min(slides.length - 1, Math.max(0, n));
  slides.forEach((slide, at) => { slide.hidden = at !== shown; });
  document.getElementById("place").textContent = `${shown + 1} / ${slides.length}`;
  reveal.disabled = !slides[shown].querySelector("[data-answer]");
  slides[shown].scrollTop = 0;
  // Pictures of the next slide come while this one is talked about.
  for (const picture of slides[shown + 1]?.querySelectorAll("img") ?? []) picture.loading = "eager";
  fit();
}

function answer() {
  const hidden = slides[shown].querySelector("[data-answer]");
  if (!hidden) return false;
  hidden.hidden = !hidden.hidden;
  slides[shown].classList.toggle("revealed", !hidden.hidden);
  fit();
  return true;
}

function fillScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else box.requestFullscreen?.().catch(() => { /* the browser forbids it: the page itself will do */ });
}

const KEYS = {
  ArrowRight: () => show(shown + 1), PageDown: () => show(shown + 1), ArrowLeft: () => show(shown - 1), PageUp: () => show(shown - 1),
  Home: () => show(0), End: () => show(slides.length - 1), " ": answer, f: fillScreen,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, a")) return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
for (const [id, action] of [["previous", () => show(shown - 1)], ["next", () => show(shown + 1)], ["reveal", answer], ["whole-screen", fillScreen]]) {
  document.getElementById(id).addEventListener("click", (event) => {
    event.currentTarget.blur();
    action();
  });
}
box.addEventListener("load", fit, true); // of pictures
new ResizeObserver(fit).observe(box);
show(0);
