namespace Cloud.Tests.Cli;

public sealed class PslCommandTests
{
    [Fact]
    public async Task An_update_puts_the_list_where_the_server_looks()
    {
        var folder = Directory.CreateTempSubdirectory("cloud-psl-");
        try
        {
            var (file, target) = (
                Path.Combine(folder.FullName, "list.dat"),
                Path.Combine(folder.FullName, "public_suffix.txt")
            );
            await File.WriteAllTextAsync(file, "uk\nco.uk\n");
            var (code, told, _) = await CloudProcess.RunAsync(null, "psl", "update", file, "--data", folder.FullName);
            Assert.Equal((0, $"2 rules in {target}\n"), (code, told));
            Assert.EndsWith("\nco.uk\nuk\n", await File.ReadAllTextAsync(target));

            await File.WriteAllTextAsync(file, "// ===BEGIN ICANN DOMAINS===\nuk\nco.u");
            var (failed, _, fault) = await CloudProcess.RunAsync(
                null,
                "psl",
                "update",
                file,
                "--data",
                folder.FullName
            );
            Assert.Equal(1, failed);
            Assert.Contains("breaks off", fault);
            Assert.EndsWith("\nco.uk\nuk\n", await File.ReadAllTextAsync(target)); // what was there stays
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

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
