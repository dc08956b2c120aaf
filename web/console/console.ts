// The console's behaviour over its server-rendered pages: keys, list, dialogs, popovers, photos, searchable selects.
import TomSelect from "tom-select/base";
import removeButton from "tom-select/plugins/remove_button/plugin.js";

declare const htmx: { process(element: Element): void; trigger(element: Element, name: string): void };

const $ = <T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null =>
  root.querySelector<T>(selector);
const $$ = <T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T[] =>
  Array.from(root.querySelectorAll<T>(selector));

const narrow = matchMedia("(max-width: 760px)");
const dialog = () => $<HTMLDialogElement>("#dialog");

// ---- the list ---------------------------------------------------------------------------------------------

const rows = () => $$<HTMLAnchorElement>("[data-row]");
const currentRow = () => $<HTMLAnchorElement>("[data-row][aria-current]");

function select(row: HTMLAnchorElement): void {
  currentRow()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  showPosition();
}

function showPosition(): void {
  const all = rows();
  const at = all.findIndex((row) => row.hasAttribute("aria-current"));
  const place = $("[data-position]");
  const words = document.body.dataset["placeWords"] ?? "{n} / {all}";
  if (place) place.textContent = at < 0 ? "" : words.replace("{n}", String(at + 1)).replace("{all}", String(all.length));
}

function step(by: number): void {
  const all = rows();
  if (all.length === 0) return;
  const at = all.findIndex((row) => row.hasAttribute("aria-current"));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next && next !== all[at]) open(next);
}

// While the next case is on its way its keys wait: a key must never act on the case one has just left.
let coming = false;
let waitingKey = "";

function act(key: string): boolean {
  if (coming) {
    waitingKey = key;
    return true;
  }
  const button = $<HTMLElement>(`[data-act="${CSS.escape(key)}"]`);
  if (!button) return false;
  hidePopovers();
  button.click();
  return true;
}

function arrived(): void {
  coming = false;
  const key = waitingKey;
  waitingKey = "";
  if (key) act(key);
}

function open(row: HTMLAnchorElement): void {
  if (narrow.matches) {
    location.href = row.href;
    return;
  }
  select(row);
  if (row.hasAttribute("hx-get")) htmx.trigger(row, "click");
  else row.focus({ focusVisible: true } as FocusOptions); // a board: Enter opens it
}

// ---- dialogs, menus, photos -------------------------------------------------------------------------------

function showDialog(box: HTMLDialogElement): void {
  if (!box.open) box.showModal();
  const first =
    $<HTMLElement>("[aria-invalid=true]", box) ??
    $<HTMLElement>("[autofocus]", box) ??
    $<HTMLElement>("textarea, input:not([type=hidden]):not([tabindex='-1']), select, .pri", box);
  first?.focus();
}

function hidePopovers(): void {
  for (const open of $$("[popover]")) if (open.matches(":popover-open")) open.hidePopover();
}

function placePopover(box: HTMLElement): void {
  const anchor = $(`[data-anchor="${box.id}"]`) ?? $(`[popovertarget="${box.id}"]`);
  if (!anchor) return;
  const at = anchor.getBoundingClientRect();
  const left = Math.max(12, Math.min(at.left, innerWidth - box.offsetWidth - 12));
  const below = at.bottom + 6;
  const top = below + box.offsetHeight > innerHeight - 12 ? Math.max(12, at.top - box.offsetHeight - 6) : below;
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}

function showPhoto(link: HTMLElement): void {
  const box = $<HTMLDialogElement>("#lightbox");
  if (!box) return;
  const all = $$("[data-photo]");
  const picture = document.createElement("img");
  picture.src = link.dataset["photo"] ?? "";
  picture.alt = link.dataset["words"] ?? "";
  const words = document.createElement("p");
  words.className = "row g8 m";
  words.textContent = `${picture.alt} · ${all.indexOf(link) + 1} / ${all.length}`;
  box.replaceChildren(picture, words);
  box.dataset["at"] = String(all.indexOf(link));
  if (!box.open) box.showModal();
}

function stepPhoto(by: number): boolean {
  const box = $<HTMLDialogElement>("#lightbox");
  if (!box?.open) return false;
  const all = $$("[data-photo]");
  const next = all[Number(box.dataset["at"]) + by];
  if (next) showPhoto(next);
  return true;
}

TomSelect.define("remove_button", removeButton);

// ---- fields -----------------------------------------------------------------------------------------------

function dress(root: ParentNode): void {
  for (const field of $$<HTMLSelectElement>("select[data-search]", root)) {
    if ("tomselect" in field) continue;
    field.setAttribute("aria-hidden", "true"); // the widget speaks for it
    new TomSelect(field, {
      plugins: field.multiple ? { remove_button: { title: field.dataset["remove"] ?? "×" } } : {},
      maxOptions: 300,
      create: false,
      hidePlaceholder: true,
      closeAfterSelect: true,
      render: {
        no_results: () => {
          const none = document.createElement("div");
          none.className = "no-results";
          none.textContent = field.dataset["none"] ?? "—";
          return none.outerHTML;
        },
      },
    });
  }
  for (const box of $$("[popover]", root)) {
    box.addEventListener("toggle", (event) => {
      if ((event as ToggleEvent).newState === "open") placePopover(box);
    });
  }
}

function said(words: string): void {
  const place = $("#toasts");
  if (!place) return;
  const note = document.createElement("div");
  note.className = "notice ok";
  note.textContent = words;
  note.dataset["toast"] = "";
  place.append(note);
}

function fade(): void {
  for (const note of $$("[data-toast]:not([data-fading])")) {
    note.dataset["fading"] = "";
    if (!note.classList.contains("bad")) setTimeout(() => note.remove(), 6000);
  }
}

// ---- keys: off while typing, while an input method composes, and when switched off -------------------------

const typing = (event: KeyboardEvent): boolean => {
  const at = event.target as HTMLElement;
  return (
    event.isComposing ||
    event.keyCode === 229 ||
    at.isContentEditable ||
    ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName)
  );
};

function pressed(event: KeyboardEvent): void {
  if (event.key === "Escape") {
    const at = event.target as HTMLElement;
    if (at.matches("#q") && !event.isComposing) at.blur();
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
    $<HTMLFormElement>("#dialog[open] form")?.requestSubmit();
    return;
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
  if (document.body.classList.contains("no-keys") && event.key !== "?") return;
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  if (key === "ARROWLEFT" || event.key === "ArrowLeft") return void stepPhoto(-1);
  if (key === "ARROWRIGHT" || event.key === "ArrowRight") return void stepPhoto(1);
  if ($("dialog[open]")) return;
  if (key === "J") step(1);
  else if (key === "K") step(-1);
  else if (key === "/") $<HTMLInputElement>("#q")?.select();
  else if (key === "?") $<HTMLDialogElement>("#help")?.showModal();
  else if (key === "=") $<HTMLButtonElement>("[data-anchor=clock-why]")?.click();
  else if (/^[1-9]$/.test(key)) $<HTMLAnchorElement>(`.tabs [data-key="${key}"]`)?.click();
  else if (!act(key)) return;
  event.preventDefault();
}

// ---- what is clicked --------------------------------------------------------------------------------------

function clicked(event: MouseEvent): void {
  const at = event.target as Element;
  const row = at.closest<HTMLAnchorElement>("[data-row]");
  if (row && !event.ctrlKey && !event.metaKey && event.button === 0) select(row);
  const opener = at.closest<HTMLElement>("[data-open]");
  if (opener) $<HTMLDialogElement>(`#${opener.dataset["open"]}`)?.showModal();
  if (at.closest("[data-close]")) {
    at.closest("dialog")?.close();
    event.preventDefault();
  }
  if (at.closest("[data-dismiss]")) at.closest("[data-toast]")?.remove();
  const mover = at.closest<HTMLElement>("[data-step]");
  if (mover) step(Number(mover.dataset["step"]));
  const copied = at.closest<HTMLElement>("[data-copy]");
  if (copied) {
    const text = copied.dataset["copy"] ?? "";
    void navigator.clipboard?.writeText(text).then(() => {
      said(`${document.body.dataset["copied"] ?? "✓"} ${text}`);
      fade();
    });
  }
  const photo = at.closest<HTMLElement>("[data-photo]");
  if (photo) {
    event.preventDefault();
    showPhoto(photo);
  }
  if (at instanceof HTMLDialogElement) at.close(); // the veil around a dialog
  if (at.closest("#lightbox")) $<HTMLDialogElement>("#lightbox")?.close();
  const reveal = at.closest<HTMLElement>("[data-reveal]");
  if (reveal) {
    for (const late of $$("[data-late]")) late.hidden = false;
    reveal.remove();
  }
  const chosen = at.closest<HTMLElement>("[data-address]");
  const address = $<HTMLInputElement>("#id_address");
  if (chosen && address) {
    address.value = chosen.dataset["address"] ?? "";
    address.dispatchEvent(new Event("change", { bubbles: true }));
  }
  mapClicked(event);
}

// A map one may click: the point becomes longitude and latitude, by the bounds the drawing carries.
function mapClicked(event: MouseEvent): void {
  const map = (event.target as Element).closest<SVGSVGElement>("svg[data-pick]");
  if (!map) return;
  const matrix = map.getScreenCTM();
  if (!matrix) return;
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
  const number = (name: string) => Number(map.dataset[name]);
  const lon = number("west") + point.x / number("perLon");
  const lat = number("north") - point.y / number("perLat");
  setPoint(lon, lat);
}

function setPoint(lon: number, lat: number): void {
  const put = (name: string, value: string) => {
    const field = $<HTMLInputElement>(`[name=${name}]`);
    if (field) field.value = value;
  };
  put("lon", lon.toFixed(6));
  put("lat", lat.toFixed(6));
  $("[name=lon]")?.dispatchEvent(new Event("change", { bubbles: true }));
}

function changed(event: Event): void {
  const field = event.target as HTMLElement;
  field.closest<HTMLFormElement>("form[data-filters]")?.requestSubmit();
  if (field instanceof HTMLInputElement && field.type === "file") {
    const place = field.parentElement && $("[data-chosen]", field.parentElement);
    if (place) place.textContent = Array.from(field.files ?? [], (file) => file.name).join("、");
  }
  const other = field.closest<HTMLElement>("[data-shows]");
  if (other && field instanceof HTMLSelectElement) {
    const part = $(`#${other.dataset["shows"]}`);
    if (part) part.hidden = field.value === (other.dataset["unless"] ?? "");
  }
}

// ---- htmx -------------------------------------------------------------------------------------------------

document.addEventListener("htmx:beforeRequest", (event) => {
  const at = event.target as Element;
  if (narrow.matches && at.matches("[data-row]")) {
    event.preventDefault();
    location.href = (at as HTMLAnchorElement).href;
  } else if (at.matches("[data-row]")) {
    coming = true;
    waitingKey = "";
  }
});

// Between a swap and its settling the new buttons are there but do not listen yet.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ((event as CustomEvent<{ target: Element }>).detail.target.id === "case") coming = true;
});

document.addEventListener("htmx:afterSwap", (event) => {
  const at = (event as CustomEvent<{ target: Element }>).detail.target;
  dress(at.isConnected ? at : document);
  if (at.id === "case") {
    dialog()?.close();
    at.removeAttribute("data-first");
    showPosition();
  }
  fade();
});
document.addEventListener("htmx:afterSettle", (event) => {
  const at = (event as CustomEvent<{ target: Element }>).detail.target;
  if (at.id === "case") arrived();
  const box = dialog();
  if (at.id !== "dialog-body" || !box) return;
  if (at.childElementCount > 0) showDialog(box); // not sooner: its form would be sent the old way
  else box.close();
});
document.addEventListener("htmx:oobAfterSwap", () => {
  const shown = $("[data-number]")?.closest("#case");
  const id = shown && $("[data-case]")?.dataset["case"];
  const row = id ? $<HTMLAnchorElement>(`#row-${id} [data-row]`) : null;
  if (row) select(row);
  fade();
});
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    coming = false;
    waitingKey = "";
    const status = (event as CustomEvent<{ xhr?: XMLHttpRequest }>).detail.xhr?.status ?? 0;
    if (status >= 400 && status < 500) return; // a refusal: the page that came says it
    const place = $("#toasts");
    const note = document.createElement("div");
    note.className = "notice bad";
    note.dataset["toast"] = "";
    note.textContent = document.body.dataset[status >= 500 ? "broken" : "offline"] ?? "";
    place?.append(note);
  });
}

document.addEventListener("click", clicked);
document.addEventListener("change", changed);
document.addEventListener("keydown", pressed);
document.addEventListener("close", (event) => {
  if ((event.target as Element).id === "dialog") $("#dialog-body")?.replaceChildren();
}, true);

dress(document);
fade();
showPosition();
currentRow()?.scrollIntoView({ block: "nearest" });

// On a wide screen the first case is opened at once: a dispatcher's next look is always at it.
const first = rows()[0];
if (first && !narrow.matches && $("#case[data-first]")) {
  first.removeAttribute("hx-push-url");
  addEventListener("load", () => open(first));
}

// The clock in the bar tells the present minute.
setInterval(() => {
  const clock = $<HTMLTimeElement>("[data-now]");
  if (!clock?.textContent) return;
  const now = new Date();
  const two = (n: number) => String(n).padStart(2, "0");
  clock.textContent = clock.textContent.replace(/\d{2}:\d{2}$/, `${two(now.getHours())}:${two(now.getMinutes())}`);
}, 20_000);
