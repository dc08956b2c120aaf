// The console's map pages. The page is whole without this: here the map is drawn beside its list, and the two move
// together. The engine comes from map.js, what is drawn from the tiles of the day.
import type { Map as GlMap, MapMouseEvent } from "maplibre-gl";
import { comparing } from "./compare";
import { base, fills } from "./look";
import { $, $$, box, drawn, dusk, fit, keys, still } from "./page";
import { redrawing } from "./redraw";
import { slide } from "./slider";

declare const htmx: {
  ajax(verb: string, path: string, target: string): Promise<void>;
  trigger(element: Element, name: string): void;
};

// ---- how things stand -------------------------------------------------------------------------------------

interface Legend {
  classes: Record<string, number>;
  kind: string;
  on: string;
  tone: string;
}

const legend = (): Legend => {
  const at = $("#legend")?.dataset ?? {};
  return {
    classes: JSON.parse(at["classes"] ?? "{}") as Record<string, number>,
    kind: at["kind"] ?? "grid",
    on: at["on"] ?? "",
    tone: at["tone"] ?? "accent",
  };
};

async function standing(place: HTMLElement): Promise<void> {
  const form = $<HTMLFormElement>("#city-form");
  const field = $<HTMLInputElement>("#on");
  const track = $("[data-track]");
  if (!form || !field || !track) return;
  const ask = (): void => htmx.trigger(form, "asked");
  field.addEventListener("change", () => field.value && ask());
  const slider = slide(track, field, ask);
  for (const button of $$("[data-day-step]")) button.addEventListener("click", () => slider.step(Number(button.dataset["dayStep"])));
  for (const button of $$("[data-day]")) {
    button.addEventListener("click", () => {
      field.value = button.dataset["day"] ?? "";
      slider.show(field.value);
      ask();
    });
  }
  const tiles = (on: string): { areas: string; cases: string } => ({
    areas: `${location.origin}${place.dataset["areas"]}?on=${on}`,
    cases: `${location.origin}${place.dataset["cases"]}?on=${on}&state=open`,
  });
  let shown = legend();
  let picked = $("[data-picked]")?.dataset["picked"] ?? "";
  let map: GlMap | null = null;
  const zoomTo = (): void => void (map && fit(map, box($("[data-picked]")?.dataset["bounds"])));
  keys(null, { "[": () => slider.step(-1), "]": () => slider.step(1), F: zoomTo });
  map = await drawn(place, () => tiles(shown.on));
  const drawing = map;
  keys(map, {});

  const colour = (): void => {
    drawing.removeFeatureState({ source: "areas", sourceLayer: "areas" });
    for (const [code, number] of Object.entries(shown.classes)) {
      drawing.setFeatureState({ source: "areas", sourceLayer: "areas", id: code }, { class: number });
    }
    if (picked) drawing.setFeatureState({ source: "areas", sourceLayer: "areas", id: picked }, { picked: true });
    for (const layer of ["classes", "untold"]) drawing.setFilter(layer, ["==", ["get", "kind"], shown.kind]);
    drawing.setPaintProperty("classes", "fill-color", fills(shown.tone));
    far();
  };
  const far = (): void => {
    const note = $("#legend .far");
    if (note && drawing.areTilesLoaded()) {
      note.hidden = drawing.querySourceFeatures("areas", { sourceLayer: "areas", filter: ["==", ["get", "kind"], shown.kind] }).length > 0;
    }
  };
  drawing.on("idle", far);
  colour();
  if (picked) zoomTo();

  // The list came anew: the map follows it, its boundaries and its cases on the same day.
  document.addEventListener("htmx:afterSettle", (event) => {
    const target = (event as CustomEvent<{ target: Element }>).detail.target;
    if (target.id === "list") {
      const before = shown.on;
      shown = legend();
      if (shown.on !== before) {
        const next = tiles(shown.on);
        for (const name of ["areas", "cases"] as const) {
          (drawing.getSource(name) as { setTiles(tiles: string[]): void } | undefined)?.setTiles([next[name]]);
        }
        const told = $("[data-told]");
        if (told) told.textContent = (track.dataset["said"] ?? "{day}").replace("{day}", shown.on);
        slider.show(shown.on);
        if (picked) void pick(picked);
      }
      colour();
    }
    if (target.id === "picked") {
      if (picked) drawing.setFeatureState({ source: "areas", sourceLayer: "areas", id: picked }, { picked: false });
      picked = $("[data-picked]", target)?.dataset["picked"] ?? "";
      if (picked) drawing.setFeatureState({ source: "areas", sourceLayer: "areas", id: picked }, { picked: true });
      if (byList) zoomTo();
      byList = true;
    }
  });
  let byList = true;
  const pick = async (code: string): Promise<void> => {
    byList = false;
    for (const row of $$("[data-row]")) row.toggleAttribute("aria-current", row.dataset["code"] === code);
    $(`[data-row][data-code="${CSS.escape(code)}"]`)?.scrollIntoView({ block: "nearest" });
    const query = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
    await htmx.ajax("GET", `${place.dataset["area"]}${encodeURIComponent(code)}/?${query}`, "#picked");
  };
  drawing.on("click", (event) => clicked(drawing, event, shown.kind, pick, place));
  drawing.on("mousemove", (event) => {
    const over = drawing.queryRenderedFeatures(event.point, { layers: ["cases", "classes"] });
    drawing.getCanvas().style.cursor = over.length ? "pointer" : "";
  });
  $("#panel")?.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-fit]");
    if (button) fit(drawing, box(button.dataset["fit"]));
  });
  dusk(() => {
    drawing.setStyle(base(tiles(shown.on)));
    drawing.once("styledata", colour);
  });
}

/** Cases first: many are looked at from nearer, one is named; else the area under the finger. */
function clicked(map: GlMap, event: MapMouseEvent, kind: string, pick: (code: string) => Promise<void>, place: HTMLElement): void {
  const [found] = map.queryRenderedFeatures(event.point, { layers: ["cases"] });
  if (found && Number(found.properties["count"]) > 1 && map.getZoom() < 19) {
    map.easeTo({ center: event.lngLat, zoom: Math.min(19, map.getZoom() + 2), animate: !still.matches });
    return;
  }
  if (found?.properties["id"]) {
    card(place, String(found.properties["id"]), String(found.properties["number"]));
    return;
  }
  const [area] = map.queryRenderedFeatures(event.point, { layers: ["ground"], filter: ["==", ["get", "kind"], kind] });
  if (area) void pick(String(area.properties["code"]));
}

function card(place: HTMLElement, id: string, number: string): void {
  const around = document.createElement("div");
  around.className = "city-area";
  const link = document.createElement("a");
  link.className = "btn";
  link.href = (place.dataset["case"] ?? "").replace("00000000-0000-7000-8000-000000000000", id);
  link.textContent = number;
  around.append(link);
  $("#picked")?.replaceChildren(around);
  link.focus();
}

document.documentElement.classList.add("js");
const place = $("#city");
if (place) {
  const wait = $("[data-wait]");
  const pages: Record<string, (place: HTMLElement) => Promise<void>> = { now: standing, changes: comparing, redraw: redrawing };
  (pages[place.dataset["page"] ?? ""] ?? standing)(place).then(
    () => wait?.remove(),
    (fault: unknown) => {
      console.warn(fault);
      if (wait) wait.textContent = place.dataset["lost"] ?? "";
    },
  );
}
