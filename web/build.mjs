// Builds every script and style of the pages into mulin/web_static/web, or compares it with what lies there.
//
//   node build.mjs           writes the files
//   node build.mjs --check   builds in memory and fails if one byte differs: what is committed is what is built
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "mulin", "web_static", "web");

// Entry → file. A source that does not exist yet is left out (a door may have no script).
const entries = {
  "resident.js": "resident/resident.ts",
  "map.js": "map/map.ts",
  "city.js": "map/city.ts",
  "console.js": "console/console.ts",
  "map.css": "map/map.css",
};

// Taken over as they are.
const copies = {
  "htmx.js": "node_modules/htmx.org/dist/htmx.min.js",
  "map-worker.js": "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs",
  "tom-select.css": "node_modules/tom-select/dist/css/tom-select.min.css",
  "icons.svg": "icons/icons.svg",
};

const licences = {
  "htmx.org": "LICENSE",
  "maplibre-gl": "LICENSE.txt",
  "tom-select": "LICENSE",
};

async function built() {
  const files = new Map();
  for (const [name, source] of Object.entries(entries)) {
    if (!existsSync(join(here, source))) continue;
    const result = await build({
      absWorkingDir: here,
      entryPoints: [source],
      bundle: true,
      minify: true,
      format: "esm",
      target: ["es2021", "chrome87", "safari15", "firefox88"],
      charset: "utf8",
      legalComments: "none",
      loader: { ".svg": "dataurl" },
      write: false,
      outfile: name,
      logLevel: "warning",
    });
    files.set(name, Buffer.from(result.outputFiles[0].contents));
  }
  for (const [name, source] of Object.entries(copies)) {
    // A map of the sources is not shipped: a reference to it would only make browsers ask in vain.
    const text = readFileSync(join(here, source), "utf8").replace(/\n?(\/\/|\/\*)# sourceMappingURL=.*\n?$/, "\n");
    files.set(name, Buffer.from(text));
  }
  files.set("LICENCES.txt", Buffer.from(notices()));
  return files;
}

function notices() {
  const parts = Object.entries(licences).map(([name, file]) => {
    const { version, license } = JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8"));
    const text = readFileSync(join(here, "node_modules", name, file), "utf8").trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return parts.join(`\n${"-".repeat(78)}\n\n`);
}

const digest = (data) => createHash("sha256").update(data).digest("hex");

function compare(files) {
  const present = existsSync(target) ? readdirSync(target) : [];
  const wrong = [
    ...[...files.keys()].filter((name) => !present.includes(name)).map((name) => `${name}: not committed`),
    ...present.filter((name) => !files.has(name)).map((name) => `${name}: built from nothing`),
    ...present
      .filter((name) => files.has(name) && digest(readFileSync(join(target, name))) !== digest(files.get(name)))
      .map((name) => `${name}: differs from its source`),
  ];
  if (wrong.length > 0) {
    console.error(`${relative(process.cwd(), target)} is not what web/ builds; run make web:\n  ${wrong.join("\n  ")}`);
    process.exit(1);
  }
  console.log(`${files.size} files, each byte as built from web/`);
}

const files = await built();
if (process.argv.includes("--check")) {
  compare(files);
} else {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const [name, data] of files) {
    writeFileSync(join(target, name), data);
    console.log(`${String(data.length).padStart(9)}  ${name}`);
  }
}
