// # TestSupport: what the tests of several modules share
//
// Real parts wherever they can be had, a fake only to inject faults:
//
// - ``FaultServer``: an HTTP/1.1 server on a loopback port, in this process, that answers what a test says and then
//   breaks it: ``Answer`` is what a correct server would send, ``Fault`` one way to get it wrong. It records every
//   request, so that a test can assert where a token went.
// - ``TemporaryDirectory``: a directory that goes away with its owner.
// - ``Program``: a program that is run with a limit on time, its output and status.
// - ``Layout``: where the repository, its fixtures and the Python environments are.
//
// Everything works on a bare machine from a clean clone: nothing is looked for outside the repository but programs on
// the PATH.
