// The form as a tree in the shape of the exam's YAML file; empty fields are left out.

const isEmpty = (value) => value === "" || (Array.isArray(value) && !value.length)
  || (typeof value === "object" && !Array.isArray(value) && !Object.keys(value).length);

function valueOf(field) {
  if (field.type === "checkbox") return field.checked ? "true" : "";
  const text = field.value.trim() === "" ? "" : field.value;
  if ("lines" in field.dataset) return text.split("\n").map((line) => line.trim()).filter(Boolean);
  if ("words" in field.dataset) return text.split(/[,，、]/).map((word) => word.trim()).filter(Boolean);
  return field.tagName === "TEXTAREA" ? text : text.trim();
}

function optionsOf(box) {
  const rows = [...box.querySelectorAll("[data-option]")].map((row) => [row.dataset.option, row.querySelector("input").value.trim()]);
  return rows.some(([, text]) => text) ? Object.fromEntries(rows) : String(rows.length);
}

export function gather(element, tree = {}) {
  for (const child of element.children) {
    if (child.hidden && "kinds" in child.dataset) continue; // not of the chosen kind
    const { field, list, object, needs } = child.dataset;
    if (field) {
      const value = valueOf(child);
      if (!isEmpty(value)) tree[field] = value;
    } else if (list) {
      const entries = [...child.children].filter((entry) => "entry" in entry.dataset).map((entry) => gather(entry));
      if (entries.length) tree[list] = entries;
    } else if (object) {
      const value = gather(child);
      if (!isEmpty(value) && !(needs && !value[needs])) tree[object] = value;
    } else if ("options" in child.dataset) {
      tree.options = optionsOf(child);
    } else {
      gather(child, tree);
    }
  }
  return tree;
}

// The element that a path of the server's messages names, e.g. sections[1].items[2].blanks[1].points.
export function elementAt(root, path) {
  let place = root;
  for (const part of path.split(".")) {
    const [, name, index] = /^(.*?)(?:\[(\d+)\])?$/.exec(part);
    const next = place.querySelector(`[data-list="${name}"], [data-object="${name}"], [data-field="${name}"]`);
    if (!next) return place;
    place = index ? [...next.children].filter((entry) => "entry" in entry.dataset)[Number(index) - 1] ?? next : next;
  }
  return place;
}
