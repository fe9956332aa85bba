package transcript

import "testing"

// inDiscord has a story told in Discord, without the steps that differ there.
func inDiscord(differ map[string]string) func(*story) error { return inElsewhere(differ, newServer) }

// TestStoriesInDiscord tells the stories once more, in Discord.
func TestStoriesInDiscord(t *testing.T) { toldElsewhere(t, differsInDiscord, inDiscord) }
