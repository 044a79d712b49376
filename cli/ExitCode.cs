namespace Cloud.Cli;

static class ExitCode
{
    public const int Ok = 0;

    /// <summary>It could not be done: a taken port, a directory in use, a wrong address.</summary>
    public const int Failed = 1;

    /// <summary>Settings or arguments that cannot be.</summary>
    public const int Usage = 2;
}
