namespace Cloud.Store;

/// <summary>Tables and queues by name. To rename one is a migration.</summary>
static class Tables
{
    /// <summary>One partition an account.</summary>
    public const string Mail = "mail";

    /// <summary>Domains, users, aliases.</summary>
    public const string Directory = "directory";
}
