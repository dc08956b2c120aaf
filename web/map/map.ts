// The map of grids: loaded only where a place is picked or shown, drawn from our own outlines, no outside tiles.
//
// Labels come from the fonts of the device (no glyph server), the worker from our own address. Colours are the
// tokens of the page, so that light, dark and elder pages look alike.
import { Map as GlMap, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import { over } from "./outside";

// The console's map (city.ts) is drawn by the same engine: it loads this file and takes it from here.
export { GlMap, setWorkerUrl };

export interface Place {
  lon: number;
  lat: number;
}

export interface Options {
  /** Address of how far the ground reaches (see resident/ground.py). */
  ground: string;
  /** Address of the first tile of the world, 0/0/0; the others have their own numbers. */
  tiles: string;
  /** Address of the worker script. */
  worker: string;
  /** What a screen reader calls the map. */
  label: string;
  /** Where to begin; without it the whole ground is shown. */
  start?: Place | undefined;
  /** Whether the map can be moved by hand. */
  still?: boolean;
  /** Told after each movement, with the point under the middle of the map. */
  moved?: (place: Place, byHand: boolean) => void;
}

export interface Picker {
  /** Show a place; `meant` counts as having been put there by hand. */
  go(place: Place, meant: boolean): void;
  nudge(right: number, down: number): void;
  zoom(step: number): void;
  highlight(code: string): void;
  place(): Place;
  redraw(): void;
  /** Whether the outlines are a sketch and not surveyed. */
  synthetic: boolean;
}

interface Ground {
  bounds: [number, number, number, number] | null;
  synthetic: boolean;
}

const CLOSE = 16.2; // a building fills a finger's width
const FINEST = 16; // tiles beyond are the same ones, drawn larger
export const FONTS = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif';

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function style(tiles: string): StyleSpecification {
  const label = { "text-color": token("--ink-2"), "text-halo-color": token("--map-1"), "text-halo-width": 1.5 };
  const ground = { source: "ground", "source-layer": "areas" };
  return over({
    version: 8,
    sources: { ground: { type: "vector", tiles: [tiles], maxzoom: FINEST } },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": token("--map-1") } },
      {
        id: "grids", type: "fill", ...ground, filter: ["in", ["get", "kind"], ["literal", ["community", "grid"]]],
        paint: { "fill-color": ["match", ["get", "tint"], 0, token("--map-2"), 1, token("--map-3"), token("--map-1")] },
      },
      {
        id: "here", type: "fill", ...ground, filter: ["==", ["get", "code"], ""],
        paint: { "fill-color": token("--map-in") },
      },
      {
        id: "compounds", type: "fill", source: "ground", "source-layer": "compounds", minzoom: 13.5,
        paint: { "fill-color": token("--sunk"), "fill-opacity": 0.7, "fill-outline-color": token("--line-2") },
      },
      {
        id: "houses", type: "fill", source: "ground", "source-layer": "buildings", minzoom: 14.6,
        paint: { "fill-color": token("--surface"), "fill-outline-color": token("--line-2") },
      },
      {
        id: "edges", type: "line", ...ground, filter: ["==", ["get", "kind"], "grid"],
        paint: { "line-color": token("--line-2"), "line-width": 1 },
      },
      {
        id: "communities", type: "line", ...ground, filter: ["==", ["get", "kind"], "community"],
        paint: { "line-color": token("--control"), "line-width": 1.6 },
      },
      {
        id: "here-edge", type: "line", ...ground, filter: ["==", ["get", "code"], ""],
        paint: { "line-color": token("--accent"), "line-width": 2 },
      },
      {
        id: "names-wide", type: "symbol", source: "ground", "source-layer": "labels", filter: ["==", ["get", "kind"], "community"], maxzoom: 15.2,
        layout: { "text-field": ["get", "name"], "text-size": 14, "text-font": ["sans"], "text-padding": 6 }, paint: label,
      },
      {
        id: "names-near", type: "symbol", source: "ground", "source-layer": "labels", filter: ["==", ["get", "kind"], "compound"], minzoom: 14,
        layout: { "text-field": ["get", "name"], "text-size": 14, "text-font": ["sans"], "text-offset": [0, 1.4] }, paint: label,
      },
    ],
  });
}

/** Draw the map into `box` and keep the point under its middle. */
export async function show(box: HTMLElement, options: Options): Promise<Picker> {
  setWorkerUrl(new URL(options.worker, document.baseURI).href);
  const answer = await fetch(options.ground, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`no ground: ${answer.status}`);
  const ground = (await answer.json()) as Ground;
  const bounds = ground.bounds;
  const tiles = new URL(options.tiles, document.baseURI).href.replace("/0/0/0.", "/{z}/{x}/{y}.");
  const still = options.still === true;
  const map = new GlMap({
    container: box,
    style: style(tiles),
    attributionControl: false,
    interactive: !still,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    localIdeographFontFamily: FONTS,
    fadeDuration: 0,
    minZoom: 8,
    maxZoom: 19,
    ...(options.start
      ? { center: [options.start.lon, options.start.lat] as [number, number], zoom: CLOSE }
      : bounds
        ? { bounds, fitBoundsOptions: { padding: 8 } }
        : { center: [117.6, 34.8] as [number, number], zoom: 11 }),
  });
  map.touchZoomRotate.disableRotation();
  let here = "";
  map.on("moveend", (event) => {
    const by = (event as { byHand?: boolean }).byHand === true || event.originalEvent !== undefined;
    options.moved?.(middle(), by);
  });
  const middle = (): Place => {
    const { lng, lat } = map.getCenter();
    return { lon: Number(lng.toFixed(6)), lat: Number(lat.toFixed(6)) };
  };
  const highlight = (code: string): void => {
    here = code;
    for (const layer of ["here", "here-edge"]) map.setFilter(layer, ["==", ["get", "code"], code]);
  };
  await new Promise<void>((resolve) => void map.once("load", () => resolve()));
  const canvas = map.getCanvas();
  canvas.setAttribute("aria-label", options.label);
  return {
    go: (place, meant) => {
      const zoom = meant ? Math.max(map.getZoom(), CLOSE) : Math.max(map.getZoom(), CLOSE - 1.6);
      map.resize(); // the answer under the map may just have grown: a flight would end beside the place
      map.easeTo({ center: [place.lon, place.lat], zoom }, { byHand: meant });
    },
    nudge: (right, down) => void map.panBy([right, down], {}, { byHand: true }),
    zoom: (step) => void map.zoomTo(map.getZoom() + step, {}, { byHand: false }),
    highlight,
    place: middle,
    synthetic: ground.synthetic,
    redraw: () => {
      map.setStyle(style(tiles));
      map.once("styledata", () => highlight(here));
    },
  };
}

