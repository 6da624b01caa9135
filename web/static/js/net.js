// Asking the server: JSON in, JSON out; an error is thrown with the server's own words.

const token = document.querySelector("meta[name=csrf]").content;

export class Refused extends Error {
  constructor(status, body) {
    super([body.message, body.remedy].filter(Boolean).join(" ") || `HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
}

async function answered(response) {
  const text = await response.text();
  let body = {};
  try { body = JSON.parse(text); } catch { /* not JSON: the status says enough */ }
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}

const marks = { "X-Requested-With": "fetch", "X-CSRFToken": token };

export async function get(url) {
  return answered(await fetch(url, { headers: marks, credentials: "same-origin" }));
}

// A piece of a page, as HTML of our own server.
export async function getPage(url) {
  const response = await fetch(url, { headers: marks, credentials: "same-origin" });
  if (!response.ok) throw new Refused(response.status, {});
  return response.text();
}

export async function post(url, data = {}) {
  const headers = { ...marks, "Content-Type": "application/json" };
  return answered(await fetch(url, { method: "POST", headers, body: JSON.stringify(data), credentials: "same-origin" }));
}

export async function postForm(url, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return answered(await fetch(url, { method: "POST", headers: marks, body, credentials: "same-origin" }));
}

export function csrf() {
  return token;
}

export function wordsOf(element) {
  const words = JSON.parse(element.dataset.words || "{}");
  return (key, n) => (words[key] ?? key).replace("{n}", n);
}

export function make(tag, options = {}, ...children) {
  const { dataset, attributes, ...properties } = options;
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, dataset);
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
