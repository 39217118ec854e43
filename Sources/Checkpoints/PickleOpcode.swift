/// The instructions of a pickle that are understood: those of protocols 2 to 5 (PEP 307, PEP 3154, PEP 574), and of 1
/// and 0 what needs no more than a line of text.
///
/// Some are here to be refused by name.
enum PickleOpcode: UInt8 {
  case mark = 0x28, emptyTuple = 0x29, stop = 0x2E, pop = 0x30, popMark = 0x31, duplicate = 0x32
  case binBytes = 0x42, shortBinBytes = 0x43, float = 0x46, binFloat = 0x47, int = 0x49, binInt = 0x4A
  case binInt1 = 0x4B, long = 0x4C, binInt2 = 0x4D, none = 0x4E, persistentID = 0x50, binPersistentID = 0x51
  case reduce = 0x52, string = 0x53, binString = 0x54, shortBinString = 0x55, unicode = 0x56, binUnicode = 0x58
  case emptyList = 0x5D, append = 0x61, build = 0x62, global = 0x63, dict = 0x64, appends = 0x65, get = 0x67
  case binGet = 0x68, inst = 0x69, longBinGet = 0x6A, list = 0x6C, obj = 0x6F, put = 0x70, binPut = 0x71
  case longBinPut = 0x72, setItem = 0x73, tuple = 0x74, setItems = 0x75, emptyDict = 0x7D
  case proto = 0x80, newObject = 0x81, ext1 = 0x82, ext2 = 0x83, ext4 = 0x84, tuple1 = 0x85, tuple2 = 0x86
  case tuple3 = 0x87, newTrue = 0x88, newFalse = 0x89, long1 = 0x8A, long4 = 0x8B
  case shortBinUnicode = 0x8C, binUnicode8 = 0x8D, binBytes8 = 0x8E, emptySet = 0x8F, addItems = 0x90
  case frozenSet = 0x91, newObjectEx = 0x92, stackGlobal = 0x93, memoize = 0x94, frame = 0x95
  case byteArray8 = 0x96, nextBuffer = 0x97, readOnlyBuffer = 0x98
}
