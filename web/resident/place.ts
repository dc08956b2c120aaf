// The second screen: the map comes when it is needed; the pin moves by finger, by buttons and by keyboard; the
// position of the phone is asked for only when its owner taps for it.
import type * as MapModule from "../map/map";
import { $, $$ } from "./dom";

const STEP = 40;

export async function pickPlace(): Promise<void> {
  const box = $("#map");
  const answer = $("#where");
  const form = $<HTMLFormElement>("#f");
  const lon = $<HTMLInputElement>("#lon");
  const lat = $<HTMLInputElement>("#lat");
  const address = $<HTMLInputElement>("#address");
  const script = box?.dataset["script"];
  const url = box?.dataset["where"];
  if (!box || !answer || !form || !lon || !lat || !address || !script || !url) return;
  const wait = $(".wait", box);
  const chosen = lon.value ? { lon: Number(lon.value), lat: Number(lat.value) } : undefined;
  let map: MapModule.Picker | undefined;
  let asked = 0;
  let typed = address.value;

  /** Ask what lies there; only the latest answer counts. */
  const ask = async (query: Record<string, string>): Promise<Element | null> => {
    const turn = ++asked;
    const reply = await fetch(`${url}?${new URLSearchParams(query)}`, { credentials: "same-origin" }).catch(() => null);
    if (!reply || turn !== asked) return null;
    answer.innerHTML = await reply.text(); // our own page's piece, escaped where it was made
    const found = $("[data-found]", answer);
    map?.highlight(found?.dataset["code"] ?? "");
    return found;
  };
  /** A metre is no move: what an address was taken for stays on the page. */
  const near = (degrees: number, value: string): boolean => Math.abs(degrees - Number(value)) < 1e-5;
  const put = (place: MapModule.Place | null): void => {
    lon.value = place ? String(place.lon) : "";
    lat.value = place ? String(place.lat) : "";
  };
  let pause = 0;
  const moved = (place: MapModule.Place, byHand: boolean): void => {
    if (!byHand || (lon.value && near(place.lon, lon.value) && near(place.lat, lat.value))) return;
    put(place);
    clearTimeout(pause);
    pause = window.setTimeout(() => void ask({ lon: String(place.lon), lat: String(place.lat) }), 220);
  };
  const search = async (candidate = ""): Promise<void> => {
    typed = address.value.trim();
    if (!typed) return;
    const found = (await ask({ address: typed, candidate })) as HTMLElement | null;
    put(null);
    const at = found?.dataset;
    if (!at?.["lon"] || !at["lat"] || $("[name=candidate][type=radio]", answer)) return;
    // A building is a place to pin; a whole grid or compound is only shown, the words go with the report.
    const place = { lon: Number(at["lon"]), lat: Number(at["lat"]) };
    const exact = at["exact"] !== undefined;
    if (exact) put(place);
    map?.go(place, exact);
  };

  address.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    void search();
  });
  address.addEventListener("change", () => void (address.value.trim() !== typed && search()));
  answer.addEventListener("change", (event) => {
    const radio = event.target as HTMLInputElement;
    if (radio.name === "candidate") void search(radio.value);
  });
  form.addEventListener("submit", (event) => {
    const name = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
    if (name !== "here" || lon.value || address.value.trim()) return;
    event.preventDefault();
    const note = document.createElement("p");
    note.className = "err";
    note.setAttribute("role", "alert");
    note.textContent = box.dataset["first"] ?? "";
    answer.replaceChildren(note);
    $("canvas", box)?.focus();
  }, { capture: true });

  const gps = $<HTMLButtonElement>("[data-gps]", box);
  gps?.addEventListener("click", () => {
    const denied = (): void => {
      answer.innerHTML = "";
      const note = document.createElement("p");
      note.className = "err";
      note.setAttribute("role", "alert");
      note.textContent = box.dataset["denied"] ?? "";
      answer.append(note);
      address.focus();
    };
    if (!navigator.geolocation) {
      denied();
      return;
    }
    gps.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      (found) => {
        gps.removeAttribute("aria-busy");
        map?.go({ lon: Number(found.coords.longitude.toFixed(6)), lat: Number(found.coords.latitude.toFixed(6)) }, true);
      },
      () => {
        gps.removeAttribute("aria-busy");
        denied();
      },
      { enableHighAccuracy: true, timeout: 12_000, maximumAge: 30_000 },
    );
  });
  const pad = $<HTMLButtonElement>("[data-pad]", box);
  pad?.addEventListener("click", () => {
    const shown = $("#pad", box);
    if (!shown) return;
    shown.hidden = !shown.hidden;
    pad.setAttribute("aria-expanded", String(!shown.hidden));
  });
  for (const button of $$("[data-nudge]", box)) {
    const [right = 0, down = 0] = (button.dataset["nudge"] ?? "").split(",").map(Number);
    button.addEventListener("click", () => map?.nudge(right * STEP, down * STEP));
  }
  for (const button of $$("[data-zoom]", box)) button.addEventListener("click", () => map?.zoom(Number(button.dataset["zoom"])));

  try {
    const { show } = (await import(new URL(script, document.baseURI).href)) as typeof MapModule;
    map = await show($(".canvas", box) as HTMLElement, {
      ground: box.dataset["ground"] ?? "",
      tiles: box.dataset["tiles"] ?? "",
      worker: box.dataset["worker"] ?? "",
      label: box.dataset["label"] ?? "",
      start: chosen,
      moved,
    });
    wait?.remove();
    const sketch = $("[data-sketch]", box);
    if (sketch) sketch.hidden = !map.synthetic;
    box.dataset["ready"] = "1";
    if (chosen) void ask({ lon: lon.value, lat: lat.value });
    else if (address.value.trim()) void search();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map?.redraw());
  } catch (fault) {
    console.error(fault);
    box.hidden = true; // the address alone is enough
    if (wait) wait.textContent = box.dataset["lost"] ?? "";
    const note = document.createElement("p");
    note.className = "note";
    note.textContent = box.dataset["lost"] ?? "";
    box.before(note);
  }
}
