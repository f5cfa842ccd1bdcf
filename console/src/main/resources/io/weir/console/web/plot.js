// A plot of a few series over the last minutes, as SVG. Values of -1 are not known and leave a gap.
import {element} from './dom.js';

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 176;
const LEFT = 64;
const BOTTOM = 20;

function svg(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function niceMost(most) {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1e-9)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= most);
}

// series: [{name, values}], all of the same length and ending now; label(value) makes the text of a value.
export function plot(place, title, series, label, least) {
  const length = Math.max(2, ...series.map((each) => each.values.length));
  // Of the size on the screen, so that texts keep theirs.
  const width = Math.max(280, place.clientWidth);
  const most = niceMost(Math.max(least, ...series.flatMap((each) => each.values)));
  const x = (index) => LEFT + ((width - LEFT - 6) * index) / (length - 1);
  const y = (value) => 6 + (HEIGHT - BOTTOM - 6) * (1 - value / most);
  const image = svg('svg', {viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': title});
  for (const part of [0, 0.5, 1]) {
    image.append(svg('line', {class: 'grid', x1: LEFT, x2: width - 6, y1: y(most * part), y2: y(most * part)}));
    image.append(svg('text', {x: LEFT - 6, y: y(most * part) + 4, 'text-anchor': 'end'}, label(most * part)));
  }
  for (let minutes = 0; minutes <= Math.floor(length / 60); minutes += length > 300 ? 5 : 1) {
    const at = x(length - 1 - Math.min(minutes * 60, length - 1));
    image.append(svg('text', {x: at, y: HEIGHT - 4, 'text-anchor': minutes === 0 ? 'end' : 'middle'}, minutes === 0 ? 'now' : `-${minutes} min`));
  }
  series.forEach((each, index) => {
    const line = svg('path', {class: `line series-${index % 6}`, stroke: 'currentColor', d: way(each.values, x, y)});
    line.append(svg('title', {}, each.name));
    image.append(line);
  });
  const legend = element(
    'ul',
    {class: 'legend'},
    ...series.map((each, index) => {
      const last = each.values[each.values.length - 1];
      const text = `${each.name}: ${last === undefined || last < 0 ? 'not known' : label(last)}`;
      return element('li', {class: `series-${index % 6}`}, element('span', {}, text));
    }),
  );
  place.replaceChildren(image, legend);
}

function way(values, x, y) {
  let way = '';
  let isOpen = false;
  values.forEach((value, index) => {
    if (value < 0) {
      isOpen = false;
      return;
    }
    way += `${isOpen ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    isOpen = true;
  });
  return way;
}
