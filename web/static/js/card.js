// Waits for the card, then shows it.

import { get } from "./net.js";

const { url } = document.getElementById("working").dataset;

async function follow() {
  const { working } = await get(url);
  if (working) setTimeout(follow, 700);
  else location.reload();
}

setTimeout(follow, 700);
