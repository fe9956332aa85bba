// Package transcript tells stories as people see them, and holds Ponte to them.
// It is tests only. A story speaks of customers, of the team and of the clock,
// and names nothing of any team chat: what Tom clicks is the label he reads. The
// harness starts a whole Ponte in process, in a bubble of time that a story moves,
// and reaches it by its wire alone, as a browser or a sender would.
//
// Stories lie in testdata, as txtar archives: every file in one is a story of its
// own, and begins with an empty Ponte and the team of Caffè Aurora. A line is a
// step. Every deed takes a second, looking takes no time. What is shown stands
// behind the colon, or in lines below that begin with ">".
//
//	# a remark
//	given 2026-03-02 10:00                  when it begins; also: language es, folding 4,
//	                                        zone Australia/Lord_Howe, before it
//	given quorum 2                          approvers of a post; also: replies 1, authors decide
//
//	given Tom is manager, strategist        what somebody may do
//	given alt texts                         pictures need a description
//	given the shop takes 40                 characters of a text; else any
//	given https://a.example/x answers 404   the net; also: picture lamp, private; else all of it answers
//
//	customer Maria on oat: It was cold.     a comment below a post (oat, cups; post-1 is the first that the brand wrote)
//	customer Maria to Caffè Aurora: Thanks. an answer to what somebody said last
//	customer Maria edits: It was icy.       her last comment; or: deletes
//	12 customers on oat: Where is it?       Guest 1 to Guest 12
//	3 customers like post-1                 Guest 1 to Guest 3, each of whom counts once
//	webhook shop: {"id": "7", …}            items from elsewhere, more of them as ">" lines
//	webhook answers: accepted 1             what its sender is told
//	receiver answers 503                    from now on, where the shop's replies go; or: hangs up
//
//	Tom opens Maria                         the newest card or thread with these words
//	Tom: Not our best day.                  into the open thread: a note, or a command
//	Tom in inbox: /ponte inbox              into a channel
//	Tom clicks Reply                        the newest button with this label
//	Tom clicks Reply twice                  two deeds of one look
//	Sam clicks Reply as Tom sees it         a click on what Sam was never shown; also: from inbox
//	Tom's screen stands still               he clicks what he saw now, until: moves on
//	Tom presses Edit                        in what only he was shown last
//	Tom fills text: Sorry.                  a field of the open form
//	Tom chooses saved: thanks               a choice by its label
//	Tom uploads a lamp                      a picture, for the open form or for what he says next; a letter is none
//	Tom describes it: A red lamp.           the form's last picture
//	Tom submits                             also: submits twice
//	Tom sends that again                    the last request once more, as it was
//	Tom closes the form
//	Ana reacts ✅                           to the open thread's first message; also: to …words…, as Tom sees it
//	Ana takes back ✅                       also: from …words…
//
//	only Tom sees: …                        what his last deed was answered
//	Tom is refused: …                       the same, and nothing was done
//	Tom's inbox shows: …                    a channel, one line for each message
//	Tom's card shows: …                     the open thread's first message
//	Tom's thread shows: …                   what stands below it
//	Tom's form shows: …
//	Tom's card has: …                       some words of it; also: lacks, and thread, page, form, a channel
//	Tom sees no Maria                       nothing with these words, in any channel
//	public shows: …                         what everybody reads
//	public shows nothing new                than when a customer wrote, or it was last shown
//	receiver shows: …                       what reached the shop since it was last shown
//
//	clock +20s                              or: clock 2026-03-30 09:00
//	restart                                 stops and starts; also: stop, start
//	kill                                    ends without a farewell, and starts
//
// A text in quotation marks is read as Go reads a string; × 9 says it nine times. An answer that no step
// looks at fails the story, and so do words without a message in the catalogues,
// an error in the log, and a note found in public. "go test -update" writes what
// was shown into the stories.
package transcript
