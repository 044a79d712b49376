using System.Net;

namespace Cloud.Bench.Servers;

/// <summary>A server whose mailboxes are read.</summary>
interface IImapServer : IAsyncDisposable
{
    string Name { get; }

    /// <summary>In clear.</summary>
    IPEndPoint Imap { get; }

    /// <summary>LOGIN's two arguments.</summary>
    string ImapLogin { get; }

    /// <summary>CPU seconds used so far, all its processes together.</summary>
    double CpuSeconds { get; }
}
