// # HubTransport: requests over libcurl
//
// Values decide, one thread acts.
//
//   HTTPRequest ──> CurlTransport ──> CurlLoop ──> TransferTable ──> Transfer ──> HTTPResponse, ByteSink
//                     (tasks wait)      (mailbox)    (the thread)      (one each)
//
// One thread owns one libcurl multi handle, and with it every connection. Tasks post commands (start, cancel, resume)
// to a locked mailbox and wake the thread with `curl_multi_wakeup`; each waits on a continuation of its own. Callbacks
// of libcurl run on the thread and find their ``Transfer`` through a pointer that is valid while the table holds it.
// Cancelling a task removes its handle, which closes the connection. The thread starts with the first request and ends
// with the last reference to the ``CurlTransport``; `curl_global_init` is paid for at the same moment, not at start-up.
//
// What libcurl is not trusted with:
//
// - *Lengths.* It takes the last of two, accepts 24 digits, and calls 204 and 304 a success: ``ResponseHeadReader``.
//   Whether a body is the right one only its hash tells; that is the sink's work.
// - *Redirects, netrc, cookies, the environment.* All off. ``RedirectPolicy`` decides every hop, ``ProxySelection``
//   every proxy, and a token (``BoundToken``) is compared with the origin of each request that goes out.
// - *Time.* ``ProgressWatch`` has a limit for each phase, so that every transfer ends.
//
// ``RetryPolicy`` is one table: which failure, which status, how long to wait, when to give up. ``HubErrorMapping``
// turns a refusal into a ``HubError`` with the hub's own words.
