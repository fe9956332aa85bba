package draw

import "github.com/slack-go/slack"

// Home draws what one person sees when they open Ponte by itself: a title for
// each part, and under it what a command answered.
func Home(parts ...Message) slack.HomeTabViewRequest {
	var all []slack.Block
	for _, p := range parts {
		if len(all)+len(p.Blocks)+1 > maxView {
			break
		}
		if len(all) > 0 {
			all = append(all, slack.NewDividerBlock())
		}
		all = append(all, p.Blocks...)
	}
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: all}}
}
