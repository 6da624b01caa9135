// Follows work that is under way; when it is done, the page is drawn anew.

import { get } from "./net.js";

const bar = document.getElementById("follow");

async function follow() {
  const state = await get(bar.dataset.url);
  if (!state.busy) return location.reload();
  if (state.total) Object.assign(bar, { max: state.total, value: state.done });
  setTimeout(follow, 800);
}

setTimeout(follow, 500);
