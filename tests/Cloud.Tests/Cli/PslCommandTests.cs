namespace Cloud.Tests.Cli;

public sealed class PslCommandTests
{
    [Fact]
    public async Task A_published_list_comes_out_as_it_is_shipped()
    {
        var folder = Directory.CreateTempSubdirectory("cloud-psl-");
        try
        {
            var file = Path.Combine(folder.FullName, "list.dat");
            await File.WriteAllTextAsync(file, "// comment\nuk\n公司.cn\nco.uk\n");
            var (code, list, _) = await CloudProcess.RunAsync(null, "psl", file);
            Assert.Equal(0, code);
            Assert.EndsWith("\nco.uk\nuk\nxn--55qx5d.cn\n", list);

            await File.WriteAllTextAsync(file, "// nothing\n");
            var (failed, nothing, fault) = await CloudProcess.RunAsync(null, "psl", file);
            Assert.Equal((1, ""), (failed, nothing));
            Assert.Contains("no rules", fault);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
