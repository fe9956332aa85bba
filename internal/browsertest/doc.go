// Package browsertest presses the buttons: it builds the program, starts its
// demo as a process, and does the main job in a real browser, in the console
// and on the public square at once. It knows what a person sees and what the
// pages promise to scripts, and nothing of how either is made. It runs behind
// the tag "browser" and needs a Chromium; PONTE_CHROMIUM names another than
// the one on the path.
package browsertest
