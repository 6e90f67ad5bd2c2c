/** The text of a script; the build puts it in. */
declare module '*.lua' {
  const text: string;
  export default text;
}
