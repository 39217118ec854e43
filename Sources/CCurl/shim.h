#include <curl/curl.h>

// Functions for the variadic calls that Swift cannot make; HubTransport adds one for each type of argument that it uses.
