// Package crashtest kills a real Ponte. Its tests start this test binary again
// as a process of its own, play the world around it (customers, the team, the
// destinations of what it says), end it with SIGKILL at each step of an effect
// and at random moments, start it anew, and look whether anything that it
// acknowledged was lost, whether anything went out twice, and whether the brand
// said by itself what was agreed on and nothing else. The world outlives
// every kill and meets Ponte over the wire only; the store is read when nobody
// has it open any more.
//
// PONTE_CRASHES says how many random kills there are; 5 when it is empty.
package crashtest
