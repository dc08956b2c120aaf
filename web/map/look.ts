// How the city's map is drawn: colours from the page's tokens, layers over the tiles of a day.
import { over } from "./outside";
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";

export const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const parts = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/** A colour between two tokens, the way `color-mix` in the style sheet mixes them. */
function mixed(over: string, under: string, share: number): string {
  const [one, other] = [parts(token(over)), parts(token(under))];
  return `rgb(${one.map((part, at) => Math.round(part * share + (other[at] ?? 0) * (1 - share))).join(",")})`;
}

export const SHARES = [0.16, 0.32, 0.48, 0.64, 0.8];

/** The stripes of what is not told, or of what changed hands. */
export function stripes(line: string, ground: string): ImageData {
  const [size, [r, g, b], [R, G, B]] = [16, parts(token(line)), parts(token(ground))];
  const image = new ImageData(size, size);
  for (let at = 0; at < size * size; at += 1) {
    const dark = ((at % size) + Math.floor(at / size)) % 8 < 2;
    image.data.set(dark ? [r ?? 0, g ?? 0, b ?? 0, 200] : [R ?? 0, G ?? 0, B ?? 0, 150], at * 4);
  }
  return image;
}

export interface Sources {
  areas: string;
  /** Nothing where no cases are shown. */
  cases: string;
}

const kind = (name: string): ExpressionSpecification => ["==", ["get", "kind"], name];
const state = (name: string): ExpressionSpecification => ["feature-state", name];

/** The fill of a class: the legend's own colours. */
export function fills(tone: string): ExpressionSpecification {
  const steps = SHARES.flatMap((share, at) => [at + 1, mixed(`--${tone}`, "--surface", share)]);
  return ["match", ["coalesce", state("class"), 0], ...steps, "rgba(0,0,0,0)"] as unknown as ExpressionSpecification;
}

export function base(sources: Sources): StyleSpecification {
  const label = { "text-color": token("--ink"), "text-halo-color": token("--surface"), "text-halo-width": 1.6 };
  const line = (id: string, of: string, color: string, width: number): LayerSpecification => ({
    id, type: "line", source: "areas", "source-layer": "areas", filter: kind(of),
    paint: { "line-color": token(color), "line-width": width },
  });
  const name = (id: string, of: string, size: number, from: number, to: number): LayerSpecification => ({
    id, type: "symbol", source: "areas", "source-layer": "labels", filter: kind(of), minzoom: from, maxzoom: to,
    layout: { "text-field": ["get", "name"], "text-size": size, "text-font": ["sans"], "text-padding": 4, "text-max-width": 8 },
    paint: label,
  });
  return over({
    version: 8,
    sources: {
      areas: { type: "vector", tiles: [sources.areas], promoteId: { areas: "code" }, maxzoom: 18 },
      ...(sources.cases ? { cases: { type: "vector" as const, tiles: [sources.cases], maxzoom: 18 } } : {}),
    },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": token("--map-1") } },
      {
        id: "ground", type: "fill", source: "areas", "source-layer": "areas",
        filter: ["in", ["get", "kind"], ["literal", ["street", "community", "grid"]]],
        paint: { "fill-color": ["match", ["get", "tint"], 0, token("--surface"), 1, token("--map-3"), token("--map-2")] },
      },
      {
        id: "classes", type: "fill", source: "areas", "source-layer": "areas", filter: kind("grid"),
        paint: { "fill-color": fills("accent"), "fill-opacity": 0.9 },
      },
      {
        id: "untold", type: "fill", source: "areas", "source-layer": "areas", filter: kind("grid"),
        paint: { "fill-pattern": "untold", "fill-opacity": ["case", ["==", state("class"), 6], 0.8, 0] },
      },
      {
        id: "compounds", type: "fill", source: "areas", "source-layer": "compounds",
        paint: { "fill-color": token("--sunk"), "fill-opacity": 0.5, "fill-outline-color": token("--line-2") },
      },
      {
        id: "houses", type: "fill", source: "areas", "source-layer": "buildings",
        paint: { "fill-color": token("--surface"), "fill-outline-color": token("--control") },
      },
      line("grid-edges", "grid", "--control", 0.7),
      line("community-edges", "community", "--ink-3", 1.6),
      line("street-edges", "street", "--ink-2", 2.2),
      line("county-edges", "county", "--ink", 2.6),
      {
        id: "picked", type: "line", source: "areas", "source-layer": "areas",
        paint: { "line-color": token("--accent"), "line-width": ["case", ["boolean", state("picked"), false], 4, 0] },
      },
      ...(sources.cases ? caseLayers() : []),
      name("county-names", "county", 16, 0, 10),
      name("street-names", "street", 14, 8, 14),
      name("community-names", "community", 14, 11, 16),
      name("grid-names", "grid", 12, 14.5, 24),
      name("compound-names", "compound", 12, 16, 24),
    ],
  });
}

function caseLayers(): LayerSpecification[] {
  const tones = ["bad", "warn", "ok"].flatMap((tone) => [tone, token(`--${tone}`)]);
  return [
    {
      id: "cases", type: "circle", source: "cases", "source-layer": "cases",
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["get", "count"], 1, 6, 10, 12, 100, 18, 10000, 28],
        "circle-color": ["match", ["coalesce", ["get", "tone"], ""], ...tones, token("--ink-2")] as unknown as ExpressionSpecification,
        "circle-stroke-color": token("--surface"), "circle-stroke-width": 1.5,
      },
    },
    {
      id: "case-counts", type: "symbol", source: "cases", "source-layer": "cases", filter: [">", ["get", "count"], 1],
      layout: { "text-field": ["to-string", ["get", "count"]], "text-size": 12, "text-font": ["sans"], "text-allow-overlap": true, "text-ignore-placement": true },
      paint: { "text-color": token("--surface") },
    },
  ];
}
