import Foundation
import HubModel
import HubTransport
import Testing

/// The URL that a test has written out.
func parsed(_ text: String) throws -> URL { try #require(URL(string: text)) }
