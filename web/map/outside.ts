// Tiles of somebody else under our own ground, where the city has named a source (MULIN_MAP_TILES); off unless it has.
import type { StyleSpecification } from "maplibre-gl";

const KEPT = ["classes", "untold"]; // what is said by colour stays as it is
const THIN = 0.2;
const HERE = 0.45;

/** The map with the outside source below it, and the ground's own fills thin enough to see it. */
export function over(style: StyleSpecification): StyleSpecification {
  const tiles = document.querySelector<HTMLElement>("[data-outside]")?.dataset["outside"];
  const [paper, ...rest] = style.layers;
  if (!tiles || !paper) return style;
  const thin = rest.map((layer) =>
    layer.type === "fill" && !KEPT.includes(layer.id) ? { ...layer, paint: { ...layer.paint, "fill-opacity": layer.id === "here" ? HERE : THIN } } : layer,
  );
  return {
    ...style,
    sources: { ...style.sources, outside: { type: "raster", tiles: [tiles], tileSize: 256, maxzoom: 18 } },
    layers: [paper, { id: "outside", type: "raster", source: "outside" }, ...thin],
  };
}
