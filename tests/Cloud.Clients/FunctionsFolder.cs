namespace Cloud.Clients;

/// <summary>Where tests/clients has published the Functions app, and where Azurite is installed for `cloud serve`.</summary>
static class FunctionsFolder
{
    public static string Path { get; } = Below("functions");

    public static string Azurite { get; } = Below("azurite");

    public static bool IsPublished => File.Exists(System.IO.Path.Combine(Path, "host.json"));

    static string Below(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && folder.Name != "artifacts")
            folder = folder.Parent;
        return System.IO.Path.Combine(folder?.FullName ?? "", name);
    }
}
