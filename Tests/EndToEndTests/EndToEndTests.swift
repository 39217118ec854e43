// # Whole programs
//
// dhub as a user runs it, built and started as a process, against our own server, the real Python client and a server
// that is wrong on purpose. What is tested here is what only a process has: exit statuses, streams, signals, sockets. What
// a download or a scheduler does is tested where it lives.
