/** Nothing is served where something should be; whether servers or databases are to blame is not known yet. */
export class Unserved extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Unserved";
  }
}
