// Buttons and keys, and the first thing that is shown.

const actions = {
  first: () => go(1),
  back: () => go(current - 1),
  play: () => play(!timer),
  next: () => go(current + 1),
  last: () => go(last),
  out: () => zoom(1 / 1.25),
  in: () => zoom(1.25),
  fit: () => look({ ...whole }),
};
const keys = {
  ' ': 'play', ArrowRight: 'next', ArrowLeft: 'back', Home: 'first', End: 'last', '+': 'in', '=': 'in', '-': 'out', 0: 'fit',
};
for (const name in actions) byId(name).addEventListener('click', actions[name]);
byId('slider').max = last;
byId('slider').addEventListener('input', (event) => go(Number(event.target.value)));

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  if (key === 'Escape') {
    const card = target.closest('article');
    if (card) card.querySelector('button').click();
    byId('filter').value = '';
    traced = -1;
    shade();
    return;
  }
  if (target.matches('input[type=search], select')) return;
  if (key === ' ' && target.matches('button')) return; // presses that button
  if (key === 'Enter' && boxOf(target) >= 0) pin(boxOf(target));
  else if (keys[key]) actions[keys[key]]();
  else return;
  event.preventDefault();
});

window.addEventListener('hashchange', readAddress);
if (!readAddress()) show(last);
