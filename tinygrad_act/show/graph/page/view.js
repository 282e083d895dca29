// The view: zoom and pan, by wheel, pointer and fingers.

const [left, top, width, height] = (svg.getAttribute('viewBox') || '0 0 100 100').split(/[\s,]+/).map(Number);
const whole = { x: left, y: top, w: width, h: height };
let view = { ...whole };
let follows = true; // until the reader chooses a view, or asks for the whole picture

function look(next, chosen = true) {
  view = next;
  svg.setAttribute('viewBox', `${view.x} ${view.y} ${view.w} ${view.h}`);
  if (chosen) follows = false;
}

function scale() {
  return Math.min(svg.clientWidth / view.w, svg.clientHeight / view.h) || 1;
}

function toPicture(x, y) {
  return new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse());
}

function zoom(factor, at) {
  const w = Math.min(Math.max(view.w / factor, whole.w / 60), whole.w * 4);
  const ratio = w / view.w;
  const { x, y } = at || { x: view.x + view.w / 2, y: view.y + view.h / 2 };
  look({ x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio, w, h: view.h * ratio });
}

// Brings the boxes at work into sight; comes closer first where the whole picture is too small to read.
function follow(active) {
  const found = active.filter((i) => bounds[i]).map((i) => bounds[i]);
  if (!found.length || found.length > 12) return;
  const left = Math.min(...found.map((b) => b.x)) - 20;
  const top = Math.min(...found.map((b) => b.y)) - 20;
  const right = Math.max(...found.map((b) => b.x + b.width)) + 20;
  const bottom = Math.max(...found.map((b) => b.y + b.height)) + 20;
  let factor = 1;
  if (follows && scale() < 0.6) {
    factor = Math.min(0.85, svg.clientWidth / (right - left), svg.clientHeight / (bottom - top)) / scale();
    factor = Math.max(factor, 1);
  }
  const w = view.w / factor;
  const h = view.h / factor;
  const seen = { w: svg.clientWidth / scale() / factor, h: svg.clientHeight / scale() / factor };
  const x = view.x + view.w / 2;
  const y = view.y + view.h / 2;
  const inside = left >= x - seen.w / 2 && right <= x + seen.w / 2 && top >= y - seen.h / 2 && bottom <= y + seen.h / 2;
  const isWhole = view.w === whole.w && view.x === whole.x && view.y === whole.y;
  if (isWhole ? factor < 1.25 : factor === 1 && inside) return;
  look({ x: (left + right) / 2 - w / 2, y: (top + bottom) / 2 - h / 2, w, h }, false);
}

const pointers = new Map();
let dragged = false;

svg.addEventListener('pointerdown', (event) => {
  if (event.button) return;
  if (!pointers.size) dragged = false;
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
});
svg.addEventListener('pointermove', (event) => {
  const from = pointers.get(event.pointerId);
  if (!from) return;
  const to = { x: event.clientX, y: event.clientY };
  if (!dragged && Math.hypot(to.x - from.x, to.y - from.y) < 5) return;
  if (!dragged) svg.setPointerCapture(event.pointerId);
  dragged = true;
  svg.classList.add('dragged');
  const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
  const a = toPicture(from.x, from.y);
  const b = toPicture(to.x, to.y);
  if (others.length) {
    const still = others[0];
    const spread = (at) => Math.hypot(at.x - still.x, at.y - still.y) || 1;
    zoom(spread(to) / spread(from), toPicture(still.x, still.y));
  } else look({ ...view, x: view.x + a.x - b.x, y: view.y + a.y - b.y });
  pointers.set(event.pointerId, to);
});
for (const name of ['pointerup', 'pointercancel', 'pointerleave']) {
  svg.addEventListener(name, (event) => {
    pointers.delete(event.pointerId);
    if (!pointers.size) svg.classList.remove('dragged');
  });
}
svg.addEventListener('wheel', (event) => {
  if (window.parent !== window && !event.ctrlKey) return; // in a notebook the wheel scrolls the notebook
  event.preventDefault();
  zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), toPicture(event.clientX, event.clientY));
}, { passive: false });
