// What the map's pages share: the engine drawn into its box, keys, buttons, paper, light and dark.
import type { Map as GlMap } from "maplibre-gl";
import type * as Engine from "./map";
import { base, stripes } from "./look";

export const $ = <T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null =>
  root.querySelector<T>(selector);
export const $$ = <T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T[] =>
  Array.from(root.querySelectorAll<T>(selector));

export type Box = [number, number, number, number];
export const box = (text: string | undefined): Box | null => {
  const sides = (text ?? "").split(",").map(Number);
  return sides.length === 4 && sides.every(Number.isFinite) ? (sides as Box) : null;
};

export const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Draw the map into its box; a page without one, or a browser that cannot, keeps its list and its table. */
export async function drawn(place: HTMLElement, address: Addresses, second = false): Promise<GlMap> {
  const engine = (await import(place.dataset["script"] ?? "")) as typeof Engine;
  engine.setWorkerUrl(new URL(place.dataset["worker"] ?? "", document.baseURI).href);
  const bounds = box(place.dataset["bounds"]);
  const map = new engine.GlMap({
    container: place,
    style: base(address()),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    localIdeographFontFamily: engine.FONTS,
    fadeDuration: 0,
    maxZoom: 19.5,
    canvasContextAttributes: { preserveDrawingBuffer: true }, // else paper stays white
    ...(bounds ? { bounds, fitBoundsOptions: { padding: 48 } } : { center: [117.6, 34.8] as [number, number], zoom: 10 }),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.getCanvas().setAttribute("aria-label", place.dataset["label"] ?? "");
  map.setMissingStyleImageResolver((id) => {
    if (id === "untold") map.addImage(id, stripes("--line-2", "--surface"), { pixelRatio: 2 });
    if (id === "moved") map.addImage(id, stripes("--accent", "--accent-soft"), { pixelRatio: 2 });
  });
  await new Promise<void>((resolve) => void map.once("load", () => resolve()));
  map.on("idle", () => place.setAttribute("data-idle", ""));
  map.on("movestart", () => place.removeAttribute("data-idle"));
  if (!second) {
    buttons(map);
    onPaper(map, place);
  }
  addEventListener("resize", () => map.resize());
  return map;
}

export type Addresses = () => { areas: string; cases: string };

export const fit = (map: GlMap, bounds: Box | null): void => {
  if (bounds) map.fitBounds(bounds, { padding: 64, maxZoom: 17, animate: !still.matches });
};

function buttons(map: GlMap): void {
  for (const button of $$("[data-zoom]")) {
    button.addEventListener("click", () => void map.zoomTo(map.getZoom() + Number(button.dataset["zoom"]), { animate: !still.matches }));
  }
  $("[data-print]")?.addEventListener("click", () => print());
}

/** A printer gets the map as a picture: canvases come out empty or cut. */
function onPaper(map: GlMap, place: HTMLElement): void {
  const picture = document.createElement("img");
  picture.className = "city-paper";
  picture.alt = place.dataset["label"] ?? "";
  place.after(picture);
  addEventListener("beforeprint", () => {
    map.redraw();
    picture.src = map.getCanvas().toDataURL("image/png");
  });
}

const PAN = 80;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-PAN, 0], ArrowRight: [PAN, 0], ArrowUp: [0, -PAN], ArrowDown: [0, PAN],
};

/** Keys of the map, wherever the focus is, unless somebody types or moves in a list of their own. */
export function keys(map: GlMap | null, more: Record<string, () => void>): void {
  document.addEventListener("keydown", (event) => {
    const at = event.target as HTMLElement;
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName) || at.isContentEditable) return;
    if ($("dialog[open]") || document.body.classList.contains("no-keys")) return;
    const arrow = ARROWS[event.key];
    const act = more[event.key] ?? more[event.key.toUpperCase()];
    if (act) act();
    else if (map && arrow && at.tagName !== "CANVAS" && !at.closest(".city-panel")) map.panBy(arrow, { animate: !still.matches });
    else if (map && (event.key === "+" || event.key === "-") && at.tagName !== "CANVAS") map.zoomTo(map.getZoom() + (event.key === "+" ? 1 : -1), { animate: !still.matches });
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });
}

/** Tell when light becomes dark, by the device or by choice: the map draws itself again. */
export function dusk(changed: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  new MutationObserver(changed).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}
