namespace Cloud.Functions.Hosting;

/// <summary>The host starts a handler again that ended, but never one that ended with 0.</summary>
static class ExitCode
{
    /// <summary>Told to stop by somebody else than the host, which kills.</summary>
    public const int Ended = 1;

    /// <summary>Settings that cannot be.</summary>
    public const int Settings = 2;
}
