// What can be computed of how a page looks, for looks.py: boxes of texts in pictures, and contrast by computed styles.
(() => {
  function parsed(colour) {
    const numbers = colour.match(/-?[\d.]+(e-?\d+)?/g).map(Number);
    const [red, green, blue, alpha = 1] = numbers;
    return colour.startsWith("color(") ? [255 * red, 255 * green, 255 * blue, alpha] : [red, green, blue, alpha];
  }

  function over(above, below) {
    const alpha = above[3];
    return [...[0, 1, 2].map((i) => alpha * above[i] + (1 - alpha) * below[i]), 1];
  }

  // Web Content Accessibility Guidelines 2.1, "relative luminance" and "contrast ratio".
  function luminance(colour) {
    const [red, green, blue] = colour.slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  function ground(element) {
    const sheets = [];
    for (let at = element; at; at = at.parentElement) sheets.push(parsed(getComputedStyle(at).backgroundColor));
    return sheets.reverse().reduce((below, above) => over(above, below), [255, 255, 255, 1]);
  }

  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const pictures = () => [...document.querySelectorAll("svg")].filter((svg) => !svg.parentElement.closest("svg") && seen(svg));
  const middle = (element) => {
    const box = element.getBoundingClientRect();
    return new DOMPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  };

  // What is painted under an element of a picture: the last filled shape before it that covers its middle.
  function painted(element, svg) {
    const at = middle(element);
    let below = ground(svg);
    for (const shape of svg.querySelectorAll("path, rect, circle, ellipse, polygon")) {
      if (!(shape.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)) break;
      const style = getComputedStyle(shape);
      if (style.fill === "none" || !shape.getScreenCTM() || !shape.isPointInFill(at.matrixTransform(shape.getScreenCTM().inverse()))) continue;
      const fill = parsed(style.fill);
      below = over([...fill.slice(0, 3), fill[3] * style.fillOpacity * style.opacity], below);
    }
    return below;
  }

  window.looks = {
    boxes: () => pictures().map((svg) => {
      const at = svg.getBoundingClientRect();
      const texts = [...svg.querySelectorAll("text")].map((text) => {
        const box = text.getBoundingClientRect();
        return [text.textContent, box.left - at.left, box.top - at.top, box.right - at.left, box.bottom - at.top];
      });
      return [at.width, at.height, texts];
    }),

    smallest: () => Math.min(...pictures().flatMap((svg) => [...svg.querySelectorAll("text")]).map((text) => {
      const { a, b } = text.getScreenCTM();
      return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
    })),

    // Each kind of text with the least contrast that it has anywhere: [ratio, kind, what it says].
    texts: () => {
      const worst = new Map();
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const text = walker.currentNode, element = text.parentElement, svg = element.closest("svg");
        if (!text.data.trim() || element.closest("script, style, title, option") || !seen(element)) continue;
        const style = getComputedStyle(element);
        const ratio = contrast(parsed(svg ? style.fill : style.color), svg ? painted(element, svg) : ground(element));
        const kind = `${element.localName}.${element.getAttribute("class") ?? ""}`;
        if (ratio < (worst.get(kind)?.[0] ?? Infinity)) worst.set(kind, [ratio, kind, text.data.trim().slice(0, 40)]);
      }
      return [...worst.values()];
    },

    // Each tone of marks and curves against the paper: [ratio, class].
    marks: () => {
      const found = new Map();
      for (const svg of pictures()) {
        for (const shape of svg.querySelectorAll("[data-row], .marks path, .lines path, .theory, .fitted, .readings")) {
          const style = getComputedStyle(shape), tone = style.stroke === "none" ? style.fill : style.stroke;
          const kind = shape.closest("[class]").getAttribute("class");
          if (tone !== "none" && seen(shape)) found.set(`${kind} ${tone}`, [contrast(parsed(tone), ground(svg)), kind]);
        }
      }
      return [...found.values()];
    },

    // The contrast of two outcomes' tones; null where the pictures do not have both.
    between: (one, other) => {
      const [first, second] = [one, other].map((state) => document.querySelector(`svg.picture .${state}`));
      return first && second && contrast(parsed(getComputedStyle(first).color), parsed(getComputedStyle(second).color));
    },
  };
})();
