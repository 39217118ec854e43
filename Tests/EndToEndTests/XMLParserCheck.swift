import Foundation
import TestSupport
import Testing

/// Whether a document is well-formed XML, by Python's parser, which every test machine has.
enum XMLParserCheck {
  /// The names of its elements, in order, without their name spaces.
  static func elements(of document: Data) async throws -> [String] {
    let script = """
      import sys, xml.etree.ElementTree as tree
      print("\\n".join(element.tag.split("}")[-1] for element in tree.fromstring(sys.argv[1]).iter()))
      """
    let text = try await Layout.Python.hubNewest.run(script, [String(decoding: document, as: UTF8.self)])
    return text.split(separator: "\n").map(String.init)
  }
}
