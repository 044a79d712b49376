namespace Cloud.Store.Accounts;

/// <summary>What a client speaks that reads a message.</summary>
public enum ReadBy : byte
{
    /// <summary>Nobody has noted it.</summary>
    Unknown,
    Imap,
    Pop3,
    Api,
}
