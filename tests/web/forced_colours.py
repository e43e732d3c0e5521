"""
What is lost of a page where the system sets its few colours (WCAG 1.4.11, 1.3.1).

A field or a button that only its background shows is not seen any more, nor is a
drawing in a colour of its own that is too near the system's.
"""

from __future__ import annotations

from typing import Any

_LEAST_CONTRAST = 3
"""Of what is no text, with what it stands on (WCAG 1.4.11)."""

_LOST = """least => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = "Canvas";
  const canvas = getComputedStyle(probe).color;
  probe.remove();
  const parts = colour => colour.match(/[\\d.]+/g);
  const light = colour => {
    const [r, g, b] = parts(colour).map(one => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const stands = colour => {
    if (!colour.startsWith("rgb") || parts(colour)[3] === "0") return false;
    const [one, other] = [light(colour), light(canvas)];
    return Math.max(one, other) / Math.min(one, other) >= least;
  };
  const shown = one => one.checkVisibility(
    {opacityProperty: true, visibilityProperty: true}) && one.getClientRects().length;
  const sides = ["Top", "Right", "Bottom", "Left"];
  const edged = style => sides.some(side => parseFloat(style[`border${side}Width`]) > 0
    && style[`border${side}Style`] !== "none" && stands(style[`border${side}Color`]));
  const seen = one => {
    const style = getComputedStyle(one);
    return edged(style) || style.textDecorationLine.includes("underline")
      || stands(style.backgroundColor) || style.appearance !== "none";
  };
  const drawn = one => {
    const style = getComputedStyle(one);
    if (one.tagName === "use") {  // a symbol of the page, drawn as a text is
      const symbol = document.querySelector(one.getAttribute("href"));
      return [symbol, ...symbol.querySelectorAll("*")].some(
        part => ["stroke", "fill"].some(
          kind => part.getAttribute(kind) === "currentColor")) && stands(style.color);
    }
    return style.stroke !== "none" && stands(style.stroke)
      || style.fill !== "none" && stands(style.fill);
  };
  const fields = "button, input:not([type=hidden]), select, textarea, .btn";
  const lost = [...document.querySelectorAll(fields)].filter(
    one => shown(one) && !seen(one));
  for (const svg of document.querySelectorAll("svg:not(:has(symbol))")) {
    const shapes = [...svg.querySelectorAll("path, circle, rect, line, polyline, use")];
    if (shown(svg) && shapes.length && !shapes.some(drawn)) lost.push(svg);
  }
  return lost.map(one => one.outerHTML.slice(0, 160)).slice(0, 5);
}"""


def lost_in_forced_colours(page: Any) -> list[str]:
    """Return how what is not seen in forced colours begins: fields, buttons, icons."""
    page.emulate_media(forced_colors="active")
    lost: list[str] = page.evaluate(_LOST, _LEAST_CONTRAST)
    page.emulate_media(forced_colors="none")
    return lost
