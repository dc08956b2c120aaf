// Two days over each other or side by side: what differs is striped and numbered, the old border dashed.
import type { ExpressionSpecification, GeoJSONSource, Map as GlMap } from "maplibre-gl";
import { base, token } from "./look";
import { $, $$, box, drawn, dusk, fit, keys } from "./page";
import { slide } from "./slider";

interface Difference {
  number: number;
  kind: string;
  before: string[];
  after: string[];
  at: [number, number] | null;
}

const among = (codes: string[]): ExpressionSpecification => ["in", ["get", "code"], ["literal", codes]];

export async function comparing(place: HTMLElement): Promise<void> {
  const page = $(".changes");
  const form = $<HTMLFormElement>("#city-form");
  const track = $("[data-track]");
  const [old, now] = [$<HTMLInputElement>("#old"), $<HTMLInputElement>("#new")];
  if (!page || !form || !track || !old || !now) return;
  const differences = JSON.parse($("#panel")?.dataset["drawn"] ?? "[]") as Difference[];
  const send = (): void => {
    if (old.value > now.value) [old.value, now.value] = [now.value, old.value];
    const view = document.createElement("input");
    Object.assign(view, { type: "hidden", name: "view", value: page.dataset["view"] ?? "over" });
    form.append(view);
    form.submit();
  };
  const first = slide(track, old, send, "old");
  const second = slide(track, now, send);
  $("#kind")?.addEventListener("change", send);
  const zoomTo = (): void => void (map && fit(map, box($("#picked [data-bounds]")?.dataset["bounds"])));
  let map: GlMap | null = null;
  keys(null, {
    "[": () => second.step(-1), "]": () => second.step(1), "{": () => first.step(-1), "}": () => first.step(1), F: zoomTo,
  });
  const tiles = (on: string) => (): { areas: string; cases: string } => ({
    areas: `${location.origin}${place.dataset["areas"]}?on=${on}`, cases: "",
  });
  map = await drawn(place, tiles(now.value));
  keys(map, {});
  const drawing = map;
  const dress = (): void => overlay(drawing, differences, tiles(old.value)().areas, page.dataset["view"] ?? "over");
  dress();
  pick(drawing, Number($("#picked [data-number]")?.dataset["number"] ?? 0), differences);
  if ($("#picked [data-number]")) zoomTo();
  document.addEventListener("htmx:afterSettle", (event) => {
    if ((event as CustomEvent<{ target: Element }>).detail.target.id !== "picked") return;
    pick(drawing, Number($("#picked [data-number]")?.dataset["number"] ?? 0), differences);
    zoomTo();
  });
  $("#panel")?.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-fit]");
    if (button) fit(drawing, box(button.dataset["fit"]));
  });
  drawing.on("click", (event) => {
    const [found] = drawing.queryRenderedFeatures(event.point, { layers: ["numbers", "moved"] });
    const code = String(found?.properties["code"] ?? "");
    const number = found?.properties["number"] ?? differences.find((each) => each.after.includes(code))?.number;
    if (number) $<HTMLAnchorElement>(`[data-row][data-number="${number}"]`)?.click();
  });
  if (page.dataset["view"] === "side") await beside(place, drawing, tiles(old.value));
  dusk(() => {
    drawing.setStyle(base(tiles(now.value)()));
    drawing.once("styledata", dress);
  });
  for (const button of $$<HTMLButtonElement>("[name=view]")) button.addEventListener("click", () => (page.dataset["view"] = button.value));
}

/** The layers of what differs, over the new day's ground. */
function overlay(map: GlMap, differences: Difference[], old: string, view: string): void {
  const [before, after] = [differences.flatMap((each) => each.before), differences.filter((each) => each.kind !== "rename").flatMap((each) => each.after)];
  map.addLayer({ id: "moved", type: "fill", source: "areas", "source-layer": "areas", filter: among(after), paint: { "fill-pattern": "moved", "fill-opacity": 0.85 } }, "grid-edges");
  map.addLayer({ id: "after", type: "line", source: "areas", "source-layer": "areas", filter: among(after), paint: { "line-color": token("--accent"), "line-width": 2.5 } });
  if (view === "over") {
    map.addSource("old", { type: "vector", tiles: [old], promoteId: { areas: "code" }, maxzoom: 18 });
    map.addLayer({ id: "before", type: "line", source: "old", "source-layer": "areas", filter: among(before), paint: { "line-color": token("--warn"), "line-width": 2, "line-dasharray": [3, 2] } });
  }
  map.addSource("spots", { type: "geojson", data: { type: "FeatureCollection", features: differences.flatMap((each) => (each.at ? [{ type: "Feature" as const, geometry: { type: "Point" as const, coordinates: each.at }, properties: { number: each.number, on: false } }] : [])) } });
  map.addLayer({ id: "numbers", type: "circle", source: "spots", paint: { "circle-radius": 12, "circle-color": ["case", ["get", "on"], token("--accent"), token("--surface")], "circle-stroke-color": token("--accent"), "circle-stroke-width": 2 } });
  map.addLayer({ id: "number-words", type: "symbol", source: "spots", layout: { "text-field": ["to-string", ["get", "number"]], "text-size": 13, "text-font": ["sans"], "text-allow-overlap": true }, paint: { "text-color": ["case", ["get", "on"], token("--on-accent"), token("--accent")] } });
}

function pick(map: GlMap, number: number, differences: Difference[]): void {
  (map.getSource("spots") as GeoJSONSource | undefined)?.setData({
    type: "FeatureCollection",
    features: differences.flatMap((each) => (each.at ? [{ type: "Feature" as const, geometry: { type: "Point" as const, coordinates: each.at }, properties: { number: each.number, on: each.number === number } }] : [])),
  });
}

/** The old day at the left, moving along. */
async function beside(place: HTMLElement, map: GlMap, address: () => { areas: string; cases: string }): Promise<void> {
  const left = $("#city-old");
  if (!left) return;
  left.hidden = false;
  for (const [name, value] of Object.entries(place.dataset)) left.dataset[name] = value;
  const other = await drawn(left, address, true);
  map.resize();
  other.resize();
  const follow = (from: GlMap, to: GlMap): void => void to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() });
  let leading = false;
  const led = (from: GlMap, to: GlMap) => (): void => {
    if (leading) return;
    leading = true;
    follow(from, to);
    leading = false;
  };
  map.on("move", led(map, other));
  other.on("move", led(other, map));
  follow(map, other);
}
