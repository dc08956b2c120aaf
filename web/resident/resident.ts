// What the residents' pages add where scripts run. Every page works without: forms, links, an address instead of a
// pin. Words to be shown stand in the pages (data-…), so that they are translated where all others are.
import { keepDrafts } from "./keep";
import { lessenUploads } from "./photos";
import { pickPlace } from "./place";
import { showCard } from "./card";
import { listenAndRead } from "./voice";
import { $, $$ } from "./dom";

document.documentElement.classList.add("js");

/** A form is sent once: the second press of the same button does nothing until the page has answered. */
function sendOnce(): void {
  for (const form of $$<HTMLFormElement>("form[data-busy]")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      if (sent) {
        event.preventDefault();
        return;
      }
      sent = true;
      const button = event.submitter;
      if (!(button instanceof HTMLButtonElement)) return;
      const words = button.textContent;
      button.setAttribute("aria-busy", "true");
      button.setAttribute("aria-disabled", "true");
      const busy = form.dataset["busy"];
      if (busy && button.classList.contains("pri")) button.textContent = busy;
      // Back from the next page, or after a broken connection: the button is as before.
      const ready = (): void => {
        sent = false;
        button.removeAttribute("aria-busy");
        button.removeAttribute("aria-disabled");
        if (busy && button.classList.contains("pri")) button.textContent = words;
      };
      addEventListener("pageshow", (shown) => shown.persisted && ready(), { once: true });
      setTimeout(ready, 20_000);
    });
  }
}

/** A page that came back with something to mend says so first, to ears as well. */
function beginAtFaults(): void {
  $("#faults")?.focus();
}

sendOnce();
keepDrafts();
lessenUploads();
listenAndRead();
showCard();
void pickPlace();
beginAtFaults();
