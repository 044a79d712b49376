namespace Cloud.Tests.Listener.Smtp;

/// <summary>Plays Sessions/*.txt; a file's name begins with the port it talks to.</summary>
public sealed class SessionTests
{
    static readonly string Folder = Path.Combine(Root(), "tests/Cloud.Tests/Listener/Smtp/Sessions");

    public static TheoryData<string> Scripts =>
        [.. Directory.GetFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Session(string name) =>
        await SmtpServer.RunAsync(
            await File.ReadAllTextAsync(Path.Combine(Folder, $"{name}.txt")),
            port: name.Split('-')[0]
        );

    static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cloud.sln")))
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new DirectoryNotFoundException("Cloud.sln");
        return folder;
    }
}
