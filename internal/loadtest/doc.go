// Package loadtest measures the whole of Ponte: from a webhook to team chat, with
// every step on disk, and how it fares when there is much in it. It has no code
// of its own that Ponte runs.
package loadtest
