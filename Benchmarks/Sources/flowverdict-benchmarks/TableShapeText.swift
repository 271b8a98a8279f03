import LookupTable

enum TableShapeText {
  static func describe(_ shape: TableShape) -> String {
    """
      \(shape.classCount) classes, rows \(shape.ingressRowCount)/\(shape.egressRowCount), \
      peers \(shape.ingressPeerCount)/\(shape.egressPeerCount), \(shape.portClassCount) port classes, \
      \(shape.portSetCount) port sets, \(shape.ingressLayout)/\(shape.egressLayout), \
      hot \(mebibytes(shape.hotByteCount)), whole \(mebibytes(shape.byteCount))
    """
  }

  static func mebibytes(_ bytes: Int) -> String {
    "\((Double(bytes) / 1_048_576 * 100).rounded() / 100) MiB"
  }
}
