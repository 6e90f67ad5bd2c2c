import type { HostContext } from './host.js';

/** What the page takes over of the program around, and as what. */
const taken: Readonly<Record<string, string>> = {
  '--color-background-primary': 'color',
  '--color-background-secondary': 'color',
  '--color-text-primary': 'color',
  '--color-text-secondary': 'color',
  '--color-border-primary': 'color',
  '--font-sans': 'font-family',
  '--border-radius-md': 'border-radius',
};

/** Letters and what they stand on. */
const pairs = [
  ['--text', '--ground'],
  ['--text', '--raised'],
  ['--quiet', '--ground'],
  ['--quiet', '--raised'],
  ['--accent', '--ground'],
  ['--danger', '--ground'],
] as const;

/** What letters need by WCAG 2. */
const leastContrast = 4.5;

const linear = (part = 0): number => {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};

/** Whether each pair of colours, as they are now, can be told apart. */
function isReadable(root: HTMLElement): boolean {
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return true;
  const probe = document.createElement('span');
  root.append(probe);
  /** Painted over what is there, since a colour may let it through. */
  const luminance = (name: string): number => {
    probe.style.color = `var(${name})`;
    context.fillStyle = getComputedStyle(probe).color;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  };
  const readable = pairs.every(([letters, ground]) => {
    context.clearRect(0, 0, 1, 1);
    const [low = 0, high = 0] = [luminance(ground), luminance(letters)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05) >= leastContrast;
  });
  probe.remove();
  return readable;
}

/**
 * Colours, letters and corners of the program around; the page has its own for what is not told, and for all colours
 * where those that are told cannot be read.
 */
export function applyTheme({ theme, styles }: HostContext): void {
  const root = document.documentElement;
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  const variables = styles?.variables ?? {};
  for (const [name, property] of Object.entries(taken)) {
    const value = variables[name];
    if (value !== undefined && CSS.supports(property, value)) root.style.setProperty(name, value);
    else root.style.removeProperty(name);
  }
  if (isReadable(root)) return;
  for (const name of Object.keys(taken)) {
    if (name.startsWith('--color-')) root.style.removeProperty(name);
  }
}
