/** Packages that others may install without the rest, lowest first: their doors are watched, their tarballs are tried. */
export const published: readonly string[] = ['kernel', 'time', 'timeline'];
