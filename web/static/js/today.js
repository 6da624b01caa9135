// The day's page follows the work: when it is done, the steps are drawn anew.

import { get } from "./net.js";

const sentence = document.getElementById("sentence");

async function follow() {
  const progress = await get(sentence.dataset.url);
  if (progress.pages_in && sentence.classList.contains("sentence")) sentence.textContent = progress.sentence;
  if (progress.busy) setTimeout(follow, 1500);
  else location.reload();
}

if (sentence.dataset.busy) setTimeout(follow, 1000);
