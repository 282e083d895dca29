// The boxes and edges of the picture, and the data about them.
// Texts come from the data and go into the page as text, never as HTML.

const byId = (id) => document.getElementById(id);
const { nodes, edges, steps } = JSON.parse(byId('data').textContent);
const picture = byId('picture');
const svg = picture.querySelector('svg');
const last = steps.length;

const places = new Map(nodes.map((node, i) => [node.id, i]));
const boxes = new Array(nodes.length).fill(null);
const wires = new Array(edges.length).fill(null);
for (const element of svg.querySelectorAll('[data-node]')) boxes[places.get(element.dataset.node)] = element;
for (const element of svg.querySelectorAll('[data-edge]')) wires[Number(element.dataset.edge)] = element;
const bounds = boxes.map((box) => box && boundsOf(box));
const rows = boxes.map((box) => box && { value: row(box, '.value'), grad: row(box, '.grad') });

// In the picture's own coordinates, whatever groups the box stands in.
function boundsOf(box) {
  const { x, y, width, height } = box.getBBox();
  const corner = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse().multiply(box.getScreenCTM()));
  return { x: corner.x, y: corner.y, width, height };
}

// Everything in a row but its label holds numbers; the first of them is where a partial sum is shown.
function row(box, selector) {
  const group = box.querySelector(selector);
  if (!group) return null;
  const texts = [...group.querySelectorAll('text')];
  const label = texts.length > 1 && /^(value|grad)/.test(texts[0].textContent) ? texts[0] : null;
  for (const part of group.children) if (part !== label && part.tagName !== 'title') part.classList.add('number');
  const shown = texts[label ? 1 : 0];
  return { group, label, shown, drawn: shown ? shown.textContent : '' };
}

boxes.forEach((box) => {
  if (!box) return;
  const { x, y, width, height } = box.getBBox();
  const ring = document.createElementNS(svg.namespaceURI, 'rect');
  const place = { x: x - 4, y: y - 4, width: width + 8, height: height + 8, rx: 10, class: 'ring' };
  for (const name in place) ring.setAttribute(name, place[name]);
  box.append(ring);
  box.setAttribute('role', 'button');
});
svg.setAttribute('role', 'group'); // an image would hide its boxes from screen readers
svg.removeAttribute('width');
svg.removeAttribute('height');
