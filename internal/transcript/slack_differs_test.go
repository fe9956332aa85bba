package transcript

// differs lists the stories and the steps that are not told in Slack, each with the
// reason. A step is named by its line; "" is the whole story.
// What somebody is told may go untold where it is named here; where they are told
// something, it is what the story says.
var differs = map[string]map[string]string{
	"approvers/those who may not":        {"Zoe is refused: Not done: your role does not include this channel.": noRole},
	"approvers/another brand's approver": {"Luca is refused: Non fatto: il tuo ruolo non comprende questo canale.": noRole},
	"private/a stranger": {
		"Zoe is refused: Not done: your role does not include this channel.": noRole,
		"Tom's inbox shows: ● Maria · the square · Comment · “It was cold.”": noRole,
	},
	"private/seen by nobody else":              {"Sam is refused: Not done: your role does not include this channel.": noRole},
	"pictures/a picture by upload":             {"": noUpload},
	"pictures/a picture without a description": {"": noUpload},
	"pictures/what is no picture":              {"": noUpload},
	"pictures/a picture without a word":        {"": noUpload},
	"series/a picture, said again and again":   {"": noUpload},
	"hostile/directions, marks and nothing": {
		"Tom's inbox shows:": "what cannot be seen is replaced by � before it goes to Slack, and six marks stay on a letter",
	},
	"hostile/far too much": {
		`Tom in inbox: "long " × 2000`: "talk in a channel is Slack's own: Ponte sets no length to it",
		"Tom is refused: Not sent: the message has 9999 characters, and 8000 fit. Your text is kept.": "the same",
	},
}
