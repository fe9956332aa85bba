package web

import "testing"

func TestOnlySlackIsAnswered(t *testing.T) {
	for address, want := range map[string]bool{
		"https://hooks.slack.com/actions/T1/2/x": true, "https://slack.test/hooks/1": true, "": false, "http://hooks.slack.com/x": false,
		"https://hooks.slack.com.evil.example/x": false, "https://evil.example/hooks.slack.com": false, "http://slack.test/hooks/1": false,
		"https://hooks.slack.com@evil.example/x": false, "http://169.254.169.254/": false, "://": false,
	} {
		if got := slacks(address, "https://slack.test/api/"); got != want {
			t.Errorf("%s is Slack's: %v", address, got)
		}
	}
}
