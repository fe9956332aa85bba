package transcript

// differsInDiscord is differs for Discord.
var differsInDiscord = map[string]map[string]string{
	"approvers/those who may not":        {"Zoe is refused: Not done: your role does not include this channel.": noRole},
	"approvers/another brand's approver": {"Luca is refused: Non fatto: il tuo ruolo non comprende questo canale.": noRole},
	"private/a stranger": {
		"Zoe is refused: Not done: your role does not include this channel.": noRole,
		"Tom's inbox shows: ● Maria · the square · Comment · “It was cold.”": noRole,
	},
	"private/seen by nobody else": {"Sam is refused: Not done: your role does not include this channel.": noRole},
	"notes/beside an open form": {
		"Tom's card lacks: replying": "Discord does not tell that a window was closed; who is replying lapses by itself",
	},
	"hostile/directions, marks and nothing": {
		"Tom's inbox shows:": "what cannot be seen is replaced by � before it goes to Discord, and six marks stay on a letter",
	},
	"hostile/far too much": {
		`Tom in inbox: "long " × 2000`: "a message in Discord has 2,000 characters at most; its client sends no longer one",
		"Tom is refused: Not sent: the message has 9999 characters, and 8000 fit. Your text is kept.": "the same",
	},
	"pictures/a picture that comes with talk": {
		"": "what Ponte says to talk comes as a direct message, in which nothing can be pressed; a command does the same",
	},
	"pictures/a picture by upload":             {"": noUpload},
	"pictures/a picture without a description": {"": noUpload},
	"pictures/what is no picture":              {"": noUpload},
	"pictures/a picture without a word":        {"": noUpload},
	"series/a picture, said again and again":   {"": noUpload},
}
