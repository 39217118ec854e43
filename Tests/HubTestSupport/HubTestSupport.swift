// # HubTestSupport: a hub for tests
//
// - ``TestRepositories``: bare repositories as a hub has them, made from `fixtures/configs`.
// - ``RunningHub``: our own server over a folder, in this process, on a free port.
