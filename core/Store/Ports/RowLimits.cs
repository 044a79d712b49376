namespace Cloud.Store.Ports;

/// <summary>Limits of Azure Table storage, held by every adapter alike.</summary>
public static class RowLimits
{
    /// <summary>Changes in one transaction.</summary>
    public const int TransactionChanges = 100;

    /// <summary>Bytes of one transaction as it is sent: binary in base64, framing and all.</summary>
    public const int TransactionBytes = 4 * 1024 * 1024;

    /// <summary>Bytes that one change needs besides its keys and properties: request line, headers, boundaries.</summary>
    public const int ChangeFraming = 1024;

    /// <summary>Bytes of one row's properties and their names.</summary>
    public const int RowBytes = 1024 * 1024 - 16 * 1024;

    /// <summary>Bytes of one binary property; strings are counted as UTF-16.</summary>
    public const int PropertyBytes = 64 * 1024;

    /// <summary>Properties in a row (Azure: 252 besides the keys and the timestamp).</summary>
    public const int Properties = 252;

    /// <summary>Characters of a partition or row key (1 KiB of UTF-16).</summary>
    public const int KeyLength = 512;

    /// <summary>Rows in one query answer.</summary>
    public const int QueryRows = 1000;
}
