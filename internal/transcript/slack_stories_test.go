package transcript

import "testing"

// inSlack has a story told in Slack, without the steps that differ there.
func inSlack(differ map[string]string) func(*story) error { return inElsewhere(differ, newWorkplace) }

// TestStoriesInSlack tells the stories once more, in Slack.
func TestStoriesInSlack(t *testing.T) { toldElsewhere(t, differs, inSlack) }
