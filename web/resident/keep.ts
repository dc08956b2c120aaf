// Nothing typed is lost: words stay in this browser until they are sent. A telephone number stays only as long as
// the tab is open, because a phone may be lent.
import { $, $$ } from "./dom";

const PREFIX = "mulin.";
const DAYS = 7;

interface Kept {
  value: string;
  at: number;
}

function read(store: Storage, key: string): string {
  try {
    const kept = JSON.parse(store.getItem(PREFIX + key) ?? "null") as Kept | null;
    if (!kept || Date.now() - kept.at > DAYS * 86_400_000) return "";
    return kept.value;
  } catch {
    return "";
  }
}

function write(store: Storage, key: string, value: string): void {
  try {
    if (value) store.setItem(PREFIX + key, JSON.stringify({ value, at: Date.now() } satisfies Kept));
    else store.removeItem(PREFIX + key);
  } catch {
    // A full or forbidden store: the words are still in the form and, from the next step on, with the server.
  }
}

function keepIn(store: Storage, field: HTMLInputElement | HTMLTextAreaElement, key: string): void {
  const ticked = field instanceof HTMLInputElement && field.type === "checkbox";
  const kept = read(store, key);
  if (ticked) {
    if (kept === "1") field.checked = true;
  } else if (!field.value && kept) {
    field.value = kept;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const note = (): void => write(store, key, ticked ? (field.checked ? "1" : "") : field.value);
  field.addEventListener("input", note);
  field.addEventListener("change", note);
}

function countLetters(): void {
  for (const shown of $$("[data-letters]")) {
    const field = $<HTMLTextAreaElement>(`#${shown.dataset["letters"]}`);
    const most = Number(shown.dataset["most"] ?? "0");
    if (!field) continue;
    const count = (): void => {
      const now = [...field.value].length;
      shown.textContent = (shown.dataset["words"] ?? "{n}").replace("{n}", now > most * 0.9 ? `${now} / ${most}` : `${now}`);
      shown.classList.toggle("bad", now > most);
    };
    field.addEventListener("input", count);
    count();
  }
}

/** Drafts survive a reload, a dead battery and a wrong thumb; what was sent is forgotten. */
export function keepDrafts(): void {
  if ($("[data-sent]")) for (const key of ["text", "address"]) write(localStorage, key, "");
  if ($("[data-sent]")) for (const key of ["phone", "name", "may_call"]) write(sessionStorage, key, "");
  if ($(".did")) for (const key of Object.keys(localStorage)) if (/^mulin\.(say|rate|review)-/.test(key)) localStorage.removeItem(key);
  for (const field of $$<HTMLTextAreaElement>("[data-keep]")) keepIn(localStorage, field, field.dataset["keep"] ?? "");
  for (const field of $$<HTMLInputElement>("[data-tab]")) keepIn(sessionStorage, field, field.dataset["tab"] ?? "");
  countLetters();
}
