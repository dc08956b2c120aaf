// Measures taken in the page itself. Evaluated by test_form_of_pages.py; `measures` is what it calls.
(() => {
  const unseen = ".vh, .trap, .skip, .pick";
  const isShown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(unseen);
  const told = (e) => e.outerHTML.slice(0, 100);

  const texts = () => {
    const found = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const e = walk.currentNode.parentElement;
      if (walk.currentNode.data.trim() && isShown(e) && !e.closest("script, noscript, option")) found.add(e);
    }
    return [...found];
  };

  const rgb = (colour) => {
    const parts = colour.match(/[\d.]+/g).map(Number);
    const scale = colour.startsWith("color(") ? 255 : 1;
    return [parts[0] * scale, parts[1] * scale, parts[2] * scale, parts[3] ?? 1];
  };
  const over = (upper, under) => [0, 1, 2].map((i) => upper[i] * upper[3] + under[i] * (1 - upper[3])).concat(1);
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (e) => {
    const layers = [];
    for (let n = e; n; n = n.parentElement) {
      const colour = rgb(getComputedStyle(n).backgroundColor);
      if (colour[3] > 0) layers.unshift(colour);
      if (colour[3] === 1) break;
    }
    return layers.reduce((under, colour) => over(colour, under), [255, 255, 255, 1]);
  };

  window.measures = {
    // How far the page reaches beyond the right edge.
    beyond: () => Math.max(0, document.documentElement.scrollWidth - innerWidth),

    // Text that its own box cuts off.
    cut: () =>
      [...document.querySelectorAll("h1, h2, b, p, button, .btn, .chip, label, th, td, time")]
        .filter((e) => isShown(e) && e.clientWidth > 0 && getComputedStyle(e).overflowX !== "visible")
        .filter((e) => e.scrollWidth > e.clientWidth + 1)
        .map(told),

    // Targets smaller than a finger. A link inside a sentence is a word; a box inside a label is hit by its label.
    small: (least) =>
      [...document.querySelectorAll("button, a[href], input, textarea, select, summary, label.more, label.bigcam, label.choice, label.tick")]
        .filter((e) => isShown(e) && !(e.matches("input") && e.closest("label")))
        .filter((e) => e.matches(".btn, .go, .shot > a, .faults a") || !(e.matches("a") && e.closest("p, li > span, td, .panel.n")))
        .map((e) => [e, e.getBoundingClientRect()])
        .filter(([, box]) => box.width + 0.5 < least || box.height + 0.5 < least)
        .map(([e, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${told(e)}`),

    // Size and relative line height of every text.
    type: () =>
      texts().map((e) => {
        const style = getComputedStyle(e);
        const size = parseFloat(style.fontSize);
        return [size, parseFloat(style.lineHeight) / size, told(e)];
      }),

    // Texts with less than 4.5 : 1 against what lies under them; the map has its own outline around letters.
    pale: () =>
      texts()
        .filter((e) => !e.closest(".map"))
        .map((e) => {
          const under = ground(e);
          const [a, b] = [light(over(rgb(getComputedStyle(e).color), under)), light(under)];
          return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e];
        })
        .filter(([ratio]) => ratio < 4.5)
        .map(([ratio, e]) => `${ratio.toFixed(2)} ${told(e)}`),
  };
})();
